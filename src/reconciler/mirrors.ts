import { Injectable } from '@nestjs/common';
import { CancelledError } from '../kubernetes/errors.ts';
import { keyOf, keyToString } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { controllingExecution } from './ownership.ts';

/** What the reconciler sees of the cluster, and which execution each change there is about. */
@Injectable()
export class Mirrors {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    @InjectReflector(pipelineRunResource) private readonly pipelineRuns: Reflector<PipelineRun>,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
  ) {}

  /** Calls the handler with the key of an execution whenever it, or a PipelineRun of it, has changed. */
  onChange(handler: (key: string) => void): void {
    this.executions.onChange(({ object }) => handler(keyOf(object)));
    this.pipelineRuns.onChange(({ object }) => {
      const owner = controllingExecution(object);
      if (owner !== undefined) handler(keyToString(owner));
    });
  }

  /**
   * Waits until everything has been seen once, and of the executions all that had happened when this was called: one that
   * another replica has brought to its end must not look as if it had not begun. False when the signal aborts before that.
   */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    try {
      await Promise.all([
        this.executions.caughtUp(signal),
        this.pipelineRuns.synced(signal),
        this.leases.synced(signal),
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
