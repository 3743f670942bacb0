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
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { pipelineRunIndex } from './executions/execution-indexes.ts';

/** What the reconciler sees of the cluster, and which execution each change there is about. */
@Injectable()
export class Informers {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    @InjectReflector(pipelineRunResource) private readonly pipelineRuns: Reflector<PipelineRun>,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
  ) {}

  /**
   * Calls the handler with the key of an execution whenever it, its PipelineRun or its hold on a lock has changed. Changes of
   * its status alone are the reconciler's own: they would bring an execution that has failed back before its backoff. A
   * PipelineRun is told by its name, which is derived from the execution: what else it says of its owner may have been
   * changed. One of no execution is told by its own key.
   */
  onChange(handler: (key: string) => void): void {
    this.executions.onChange((change) => {
      if (!isOfStatusOnly(change)) handler(keyOf(change.object));
    });
    this.pipelineRuns.onChange(({ object }) => {
      const executions = this.executions.store.byIndex(pipelineRunIndex, keyOf(object));
      const keys = executions.length === 0 ? [keyOf(object)] : executions.map(keyOf);
      keys.forEach(handler);
    });
    this.leases.onChange((change) => {
      const former = formerHolder(change);
      if (former !== undefined) handler(keyToString(former));
    });
  }

  /**
   * Waits until everything has been seen once, and of executions and PipelineRuns all that had happened when this was
   * called: one that another replica has started or brought to its end must not look as if it had not begun. False when
   * the signal aborts before that.
   */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    try {
      await Promise.all([
        this.executions.waitUntilFresh(signal),
        this.pipelineRuns.waitUntilFresh(signal),
        this.leases.waitForSync(signal),
      ]);
      return true;
    } catch (error) {
      if (error instanceof CancelledError) return false;
      throw error;
    }
  }

  /** Looks at everything again, in case a watch has missed something; what is different is told as changes. */
  relist(): void {
    for (const mirror of [this.executions, this.pipelineRuns, this.leases]) mirror.relist();
  }

  /** The keys of all executions there are. */
  executionKeys(): string[] {
    return this.executions.store.keys();
  }

  /** The UID of an execution, for the log. */
  uidOf(key: string): string | undefined {
    return this.executions.store.get(key)?.metadata.uid;
  }
}

/** Whether nothing but the status has changed; the generation stands for the spec. */
function isOfStatusOnly({ type, object, previous }: Change<WorkflowExecution>): boolean {
  return type === 'updated' && isDeepStrictEqual(withoutVersion(previous), withoutVersion(object));
}

function withoutVersion({ metadata }: WorkflowExecution): object {
  return { ...metadata, resourceVersion: undefined, managedFields: undefined };
}

/** The execution that a Lease named before this change and names no more. */
function formerHolder({ type, object, previous }: Change<Lease>): ExecutionId | undefined {
  if (previous === undefined) return undefined;
  const [before, after] = [holderOf(previous), type === 'deleted' ? undefined : holderOf(object)];
  if (before === undefined || before === 'unreadable') return undefined;
  return after !== undefined && after !== 'unreadable' && isSame(before, after) ? undefined : before;
}
