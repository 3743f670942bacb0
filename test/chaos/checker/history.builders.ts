import { lockLabel, targetAnnotation } from '../../../src/locking/lock-lease.ts';
import { leaderLeaseName } from '../../../src/reconciler/installation.ts';
import { isObject } from '../../cluster/json.ts';
import type { Change, History, RecordedKind } from '../history/change.ts';
import { markers } from '../history/markers.ts';

type Json = Record<string, unknown>;

const start = Date.parse('2026-01-02T03:04:05Z');

/** Builds a history, one change per second. An execution's name is also its UID; the default namespace is `team`. */
export class HistoryBuilder {
  readonly #changes: Change[] = [];
  readonly #objects = new Map<string, Json>();
  #revision = 100;

  /** Advances the clock. */
  seconds(count: number): this {
    this.#revision += count;
    return this;
  }

  /** An execution is created. */
  execution(name: string, { target = 'shop/deployment/app', workflowId = 'restart', namespace = 'team' } = {}): this {
    const metadata = { namespace, name, uid: name };
    return this.#put('WorkflowExecution', name, {
      metadata,
      spec: { targetResource: target, workflowRef: { workflowId } },
    });
  }

  /** The status of an execution is written. */
  phase(name: string, phase: string, status: Json = {}): this {
    return this.#put('WorkflowExecution', name, { status: { phase, ...status } });
  }

  /** An execution reaches a terminal phase. */
  ends(name: string, phase = 'Completed', status: Json = {}): this {
    return this.phase(name, phase, { completionTime: this.#now(), ...status });
  }

  /** An execution is skipped because of another one, or of one that it does not name. */
  skipped(name: string, reason: string, other?: string, namespace = 'team'): this {
    const conflictingExecution = other === undefined ? undefined : { namespace, name: other, uid: other };
    return this.phase(name, 'Skipped', { skip: { reason, skippedAt: this.#now(), conflictingExecution } });
  }

  /** A PipelineRun of an execution is created. */
  run(owner: string, name = `${owner}-run`): this {
    const ownerReferences = [{ kind: 'WorkflowExecution', uid: owner, controller: true }];
    const creationTimestamp = this.#now();
    return this.#put('PipelineRun', name, {
      metadata: { namespace: 'team', name, uid: name, ownerReferences, creationTimestamp },
    });
  }

  /** The administrator creates a PipelineRun in the service's name, and Tekton completes it immediately. */
  foreignRun(owner: string, name = `${owner}-foreign`): this {
    const ownerReferences = [{ kind: 'WorkflowExecution', uid: owner, controller: true }];
    const annotations = { [markers.foreignRun]: 'true' };
    return this.#put('PipelineRun', name, {
      metadata: { namespace: 'team', name, uid: name, ownerReferences, annotations },
      status: { conditions: [{ type: 'Succeeded', status: 'True' }] },
    });
  }

  /** The metadata of a PipelineRun changes. */
  runMetadata(owner: string, change: Json, name = `${owner}-run`): this {
    const { metadata } = this.#objects.get('PipelineRun' + name) ?? {};
    return this.#put('PipelineRun', name, { metadata: { ...(isObject(metadata) ? metadata : {}), ...change } });
  }

  /** A PipelineRun is deleted and kept by its finalizer. */
  deletingRun(owner: string): this {
    return this.runMetadata(owner, { deletionTimestamp: this.#now() });
  }

  /** The administrator removes the finalizer of a PipelineRun. */
  runWithoutFinalizer(owner: string): this {
    return this.runMetadata(owner, { annotations: { [markers.finalizerRemoved]: 'true' } });
  }

  /** The only step of a pod of an execution's run has this state. */
  pod(owner: string, state: 'waiting' | 'running' | 'terminated', { sidecar }: { sidecar?: string } = {}): this {
    const [taskRun, name] = [`${owner}-task`, `${owner}-pod`];
    const controlledBy = (uid: string) => ({ namespace: 'team', ownerReferences: [{ uid, controller: true }] });
    if (!this.#objects.has('TaskRun' + taskRun)) {
      this.#put('TaskRun', taskRun, { metadata: { ...controlledBy(`${owner}-run`), name: taskRun, uid: taskRun } });
    }
    const sidecars = sidecar === undefined ? [] : [{ name: 'sidecar-proxy', state: { [sidecar]: {} } }];
    return this.#put('Pod', name, {
      metadata: { ...controlledBy(taskRun), name, uid: name },
      status: { containerStatuses: [{ name: 'step-wait', state: { [state]: {} } }, ...sidecars] },
    });
  }

  /** A replica renews the leader Lease. */
  leads(replica: string): this {
    return this.#put('Lease', leaderLeaseName, {
      metadata: { namespace: 'system', name: leaderLeaseName, uid: 'leader' },
      spec: { holderIdentity: replica },
    });
  }

  /** Tekton sets the Succeeded condition of a PipelineRun. */
  succeeded(owner: string, status: 'True' | 'False', name = `${owner}-run`): this {
    return this.#put('PipelineRun', name, { status: { conditions: [{ type: 'Succeeded', status, reason: 'Said' }] } });
  }

  /** A target's Lease gets this holder, or none; by the administrator if there is a marker. */
  lock(holder: string, target = 'shop/deployment/app', mark?: string): this {
    const labels = { [lockLabel.name]: lockLabel.value };
    const annotations = { [targetAnnotation]: target, [markers.lock]: mark };
    return this.#put('Lease', 'lock', {
      metadata: { namespace: 'system', name: 'lock', uid: 'lock', labels, annotations },
      spec: { holderIdentity: holder === '' ? '' : `team/${holder}/${holder}` },
    });
  }

  /** An object is deleted. */
  gone(kind: RecordedKind, name: string): this {
    return this.#add(kind, this.#objects.get(kind + name) ?? {}, true);
  }

  /** An execution is deleted and kept by its finalizer. */
  deleting(name: string): this {
    const metadata = { namespace: 'team', name, uid: name, deletionTimestamp: this.#now() };
    return this.#put('WorkflowExecution', name, { metadata });
  }

  build(): History {
    return {
      premises: {
        seed: 1,
        lockNamespace: 'system',
        cooldownSeconds: 5,
        collectionSeconds: 10,
        leaderLeaseSeconds: 6,
        restorationSeconds: 3,
      },
      changes: this.#changes,
    };
  }

  #put(kind: RecordedKind, name: string, change: Json): this {
    const object = { ...this.#objects.get(kind + name), ...change };
    this.#objects.set(kind + name, object);
    return this.#add(kind, object, false);
  }

  #add(kind: RecordedKind, object: Json, gone: boolean): this {
    this.#changes.push({
      line: this.#changes.length + 2,
      revision: this.#revision,
      at: this.#now(),
      kind,
      gone,
      object,
    });
    this.#revision += 1;
    return this;
  }

  #now(): string {
    return new Date(start + this.#revision * 1000).toISOString().replace('.000Z', 'Z');
  }
}
