import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { CancelledError } from '../kubernetes/errors.ts';
import { keyOf, keyToString } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import { holderOf } from '../locking/lock-lease.ts';
import { isSame, type ExecutionId } from '../locking/lock-record.ts';
import { Pauses } from '../pauses/pauses.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { unsettledView, workflowExecutionResource } from '../workflow-execution/resource.ts';
import { isPaused } from '../workflow-execution/status.ts';
import { targetOf } from '../workflow-execution/target-resource.ts';
import { pipelineRunIndex, pipelineRunKey, targetIndex } from './executions/execution-indexes.ts';
import { inStartOrder, nextInOrder } from './executions/start-order.ts';
import { History } from './history/history.ts';
import { isBeingDeleted } from './observe/observe-pipeline-run.ts';
import { controllingExecution } from './pipelinerun/ownership.ts';

/** The reconciler's caches of the cluster, and the executions to reconcile after a change. */
@Injectable()
export class Informers {
  constructor(
    @InjectReflector(workflowExecutionResource, unsettledView)
    private readonly executions: Reflector<WorkflowExecution>,
    @InjectReflector(pipelineRunResource) private readonly pipelineRuns: Reflector<PipelineRun>,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    private readonly history: History,
    private readonly pauses: Pauses,
  ) {}

  /**
   * Calls the handler with the key of an execution when it, its PipelineRun or its lock has changed. Changes of the status
   * alone are the reconciler's own: they would requeue a failed execution before its backoff. The execution of a PipelineRun
   * is found by the name, which is derived from it: owner references and labels may have been changed. A PipelineRun without
   * an execution in the cache is enqueued by its own key, and by that of a settled execution that waits for its end.
   */
  onChange(handler: (key: string) => void): void {
    this.executions.onChange((change) => {
      if (!isOfStatusOnly(change)) handler(keyOf(change.object));
      if (change.type === 'deleted') this.unreleasedRun(change.object).forEach(handler);
      if (hasLeftPause(change)) this.nextOnTarget(change.object).forEach(handler);
    });
    this.pauses.onChange((namespace) => this.pendingIn(namespace).forEach(handler));
    this.pipelineRuns.onChange(({ object }) => {
      const executions = this.executions.store.byIndex(pipelineRunIndex, keyOf(object));
      const keys = executions.length === 0 ? [keyOf(object), ...this.dueOwner(object)] : executions.map(keyOf);
      keys.forEach(handler);
    });
    // A list lacks the PipelineRuns of finished executions: their end is no change of the store.
    this.pipelineRuns.onWatchCacheEvent((event) => {
      if (event.type === 'delete' && event.last !== undefined) this.dueOwner(event.last).forEach(handler);
    });
    this.history.onDue(handler);
    this.leases.onChange((change) => {
      const former = formerHolder(change);
      if (former !== undefined) handler(keyToString(former));
    });
  }

  /**
   * Waits until the caches contain everything that had happened when this was called: an execution that another replica has
   * started or ended must not appear as not started. False if the signal aborts first.
   */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    try {
      await Promise.all([
        this.executions.waitUntilFresh(signal),
        this.pipelineRuns.waitUntilFresh(signal),
        this.leases.waitUntilFresh(signal),
        this.pauses.waitUntilFresh(signal),
      ]);
      return true;
    } catch (error) {
      if (error instanceof CancelledError) return false;
      throw error;
    }
  }

  /** Lists everything again, in case a watch has missed something; differences are reported as changes. */
  relist(): void {
    for (const mirror of [this.executions, this.pipelineRuns, this.leases]) mirror.relist();
  }

  /** The keys of all executions that may have something left to do. */
  executionKeys(): string[] {
    const due = this.history.list().filter(({ isDue }) => isDue);
    return [...this.executions.store.keys(), ...due.map(keyOf)];
  }

  /** The executions that have a lock. */
  lockHolders(): ExecutionId[] {
    const holders = this.leases.store.list().map(holderOf);
    return holders.filter((holder) => holder !== undefined && holder !== 'unreadable');
  }

  /** The UID of an execution, for the log. */
  uidOf(key: string): string | undefined {
    return (this.executions.store.get(key) ?? this.history.get(key))?.metadata.uid;
  }

  /** The executions that a pause concerns, in the order in which they start. */
  private pendingIn(namespace: string | undefined): readonly string[] {
    const all = this.executions.store.list();
    return inStartOrder(
      namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace),
    ).map(keyOf);
  }

  /** The executions that may have waited for one on their target to start. */
  private nextOnTarget(execution: WorkflowExecution): readonly string[] {
    const target = targetOf(execution);
    return target === undefined ? [] : nextInOrder(this.executions.store.byIndex(targetIndex, target)).map(keyOf);
  }

  /** The key of the PipelineRun of an execution that left the cache, unless nothing has happened to it. */
  private unreleasedRun(execution: WorkflowExecution): readonly string[] {
    const key = keyToString(pipelineRunKey(execution));
    const pipelineRun = this.pipelineRuns.store.get(key);
    return pipelineRun === undefined || isBeingDeleted(pipelineRun) ? [key] : [];
  }

  private dueOwner(pipelineRun: PipelineRun): readonly string[] {
    const owner = controllingExecution(pipelineRun);
    return owner !== undefined && this.history.get(owner)?.isDue === true ? [keyToString(owner)] : [];
  }
}

/** Whether an execution does not wait for the end of a pause any more. */
function hasLeftPause({ type, object, previous }: Change<WorkflowExecution>): boolean {
  return previous !== undefined && isPaused(previous) && (type === 'deleted' || !isPaused(object));
}

/** Whether only the status has changed; the generation represents the spec. */
function isOfStatusOnly({ type, object, previous }: Change<WorkflowExecution>): boolean {
  return type === 'updated' && isDeepStrictEqual(withoutVersion(previous), withoutVersion(object));
}

function withoutVersion({ metadata }: WorkflowExecution): object {
  return { ...metadata, resourceVersion: undefined, managedFields: undefined };
}

/** The execution that held a Lease before this change and no longer holds it. */
function formerHolder({ type, object, previous }: Change<Lease>): ExecutionId | undefined {
  if (previous === undefined) return undefined;
  const [before, after] = [holderOf(previous), type === 'deleted' ? undefined : holderOf(object)];
  if (before === undefined || before === 'unreadable') return undefined;
  return after !== undefined && after !== 'unreadable' && isSame(before, after) ? undefined : before;
}
