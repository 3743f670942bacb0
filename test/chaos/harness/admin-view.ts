import { lockLabel } from '../../../src/locking/lock-lease.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { terminalPhases, succeededStatusOf } from '../checker/timeline.ts';
import { canonicalTarget } from '../checker/target.ts';
import { uidOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import { markerOf } from '../history/markers.ts';
import type { ObjectChange } from '../observer/stored-object.ts';

/** The last observed state of an object. */
export interface ObservedObject {
  readonly key: string;
  readonly namespace: string;
  readonly revision: number;
  readonly object: JsonObject;
  /** API path of the object, and of its collection. */
  readonly path: string;
  readonly collection: string;
}

const collections = {
  WorkflowExecution: ['/apis/workflowexecution.kubernaut.ai/v1alpha1', 'workflowexecutions'],
  PipelineRun: ['/apis/tekton.dev/v1', 'pipelineruns'],
  Lease: ['/apis/coordination.k8s.io/v1', 'leases'],
} as const;

type ViewedKind = keyof typeof collections;

/** The administrator's view of the cluster, and the objects in it that are worth interfering with. */
export class AdminView {
  readonly #namespaces: ReadonlySet<string>;
  readonly #signal: AbortSignal;
  readonly #objects: Readonly<Record<ViewedKind, Map<string, ObservedObject>>> = {
    WorkflowExecution: new Map(),
    PipelineRun: new Map(),
    Lease: new Map(),
  };
  #changed = Promise.withResolvers<void>();

  /** @param namespaces to observe */
  constructor(namespaces: readonly string[], signal: AbortSignal) {
    this.#namespaces = new Set(namespaces);
    this.#signal = signal;
  }

  /** Observes a change. */
  observe({ kind, key, namespace, name, revision, object }: ObjectChange): void {
    if (!isViewed(kind) || !this.#namespaces.has(namespace)) return;
    const [prefix, plural] = collections[kind];
    const collection = `${prefix}/namespaces/${namespace}/${plural}`;
    if (object === undefined) this.#objects[kind].delete(key);
    else this.#objects[kind].set(key, { key, namespace, revision, object, collection, path: `${collection}/${name}` });
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Retries `find` after each change until it returns something; undefined after the timeout. */
  async waitFor<T>(find: () => T | undefined, forMs = Infinity): Promise<T | undefined> {
    const limit = forMs === Infinity ? [] : [AbortSignal.timeout(Math.max(0, Math.round(forMs)))];
    const over = AbortSignal.any([this.#signal, ...limit]);
    const isOver = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
    for (;;) {
      const found = find();
      if (found !== undefined || over.aborted) return found;
      await Promise.race([this.#changed.promise, isOver]);
    }
  }

  /** Running PipelineRuns of the service that are recorded in the status of their execution. */
  runningRuns(): readonly ObservedObject[] {
    return this.#ownRuns().filter((run) => {
      const status = this.#executionOf(run)?.object['status'];
      const isRecorded = textAt(status, 'pipelineRunRef', 'uid') === uidOf(run);
      return isRecorded && textAt(status, 'phase') === 'Running' && succeededStatusOf(run) === undefined;
    });
  }

  /** Finished PipelineRuns of the service whose execution does not report it yet. */
  finishedRuns(): readonly ObservedObject[] {
    return this.#ownRuns().filter((run) => {
      const execution = this.#executionOf(run);
      return execution !== undefined && !hasEnded(execution) && succeededStatusOf(run) !== undefined;
    });
  }

  /** Locks held by executions with a running PipelineRun. */
  heldLocks(): readonly ObservedObject[] {
    const holders = new Set(
      this.runningRuns()
        .map((run) => this.#executionOf(run))
        .map((found) => found && uidOf(found)),
    );
    return [...this.#objects.Lease.values()].filter((lock) => isLock(lock) && holders.has(holderOf(lock)));
  }

  /** A lock, if an unfinished execution has held it since a revision. */
  heldLock(key: string, since: number): ObservedObject | undefined {
    const lock = this.#objects.Lease.get(key);
    if (lock === undefined || lock.revision <= since) return undefined;
    const holder = this.#executions().find((execution) => uidOf(execution) === holderOf(lock));
    return holder === undefined || hasEnded(holder) ? undefined : lock;
  }

  /** Executions without status. */
  newExecutions(): readonly ObservedObject[] {
    return this.#executions().filter(
      (execution) => textAt(execution.object, 'status', 'phase') === undefined && !isBeingDeleted(execution),
    );
  }

  /** An execution on a target (canonical form) that has ended. */
  endedExecution(target: string): ObservedObject | undefined {
    return this.#executions().find((execution) => hasEnded(execution) && targetOf(execution) === target);
  }

  #executions(): readonly ObservedObject[] {
    return [...this.#objects.WorkflowExecution.values()];
  }

  #ownRuns(): readonly ObservedObject[] {
    const runs = [...this.#objects.PipelineRun.values()];
    return runs.filter((run) => markerOf(run.object, 'foreignRun') === undefined && !isBeingDeleted(run));
  }

  /** By owner reference, or by the reference in the execution's status. */
  #executionOf(run: ObservedObject): ObservedObject | undefined {
    const owners = objectsAt(run.object, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'uid'));
    return this.#executions().find(
      (execution) =>
        owners.includes(uidOf(execution)) || textAt(execution.object, 'status', 'pipelineRunRef', 'uid') === uidOf(run),
    );
  }
}

function isViewed(kind: string): kind is ViewedKind {
  return kind in collections;
}

function isLock({ object }: ObservedObject): boolean {
  return textAt(object, 'metadata', 'labels', lockLabel.name) === lockLabel.value;
}

/** UID of the execution that a lock names. */
function holderOf({ object }: ObservedObject): string | undefined {
  return textAt(object, 'spec', 'holderIdentity')?.split('/')[2];
}

function targetOf({ object }: ObservedObject): string {
  return canonicalTarget(textAt(object, 'spec', 'targetResource') ?? '');
}

function hasEnded({ object }: ObservedObject): boolean {
  return terminalPhases.includes(textAt(object, 'status', 'phase') ?? '');
}

function isBeingDeleted({ object }: ObservedObject): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== undefined;
}
