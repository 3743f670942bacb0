import { Injectable } from '@nestjs/common';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ResourceVersionBarrier } from '../cache/resource-version-barrier.ts';

/** How long is waited at once for this replica to know of an execution, in milliseconds. */
const patienceMs = 15_000;

/** Waits for executions to end, in the shared store: the API server is not asked. */
@Injectable()
export class ExecutionEnd {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    private readonly ahead: ResourceVersionBarrier,
  ) {}

  /** Resolves when an execution has ended, or is gone; also when the signal aborts. */
  async of(execution: WorkflowExecution, signal: AbortSignal): Promise<void> {
    const { namespace, resourceVersion } = execution.metadata;
    // One that this replica has not heard of yet is not one that is gone.
    while (!signal.aborted && !(await this.ahead.reachedWithin(patienceMs, { namespace }, resourceVersion, signal)));
    await new Promise<void>((resolve) => {
      const done = () => {
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const look = () => {
        if (this.hasEnded(execution)) done();
      };
      const unsubscribe = this.reflector.onChange(look);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
      else look();
    });
  }

  private hasEnded({ metadata }: WorkflowExecution): boolean {
    const known = this.reflector.store.get(metadata);
    return known?.metadata.uid !== metadata.uid || isTerminal(phaseOf(known));
  }
}
