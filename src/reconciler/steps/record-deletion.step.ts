import { Injectable } from '@nestjs/common';
import { deletionFailure, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Records the end of an execution that was deleted before it had ended, when a finalizer of somebody else keeps it: it would
 * stay Running and hold its target. An execution that goes with our finalizer needs no such write.
 */
@Injectable()
export class RecordDeletion implements Step {
  run(execution: WorkflowExecution): Promise<StepOutcome> {
    return Promise.resolve(this.look(execution));
  }

  private look(execution: WorkflowExecution): StepOutcome {
    const { finalizers = [], deletionTimestamp } = execution.metadata;
    const isLeaving = finalizers.every((name) => name === finalizer);
    if (isLeaving || isTerminal(phaseOf(execution))) return { kind: 'next', execution };
    const observation = { phase: 'Failed', failure: deletionFailure(execution) } as const;
    // The audit trail has the end at the time of the deletion: an event is known again by its time.
    return { kind: 'observed', observation, at: new Date(deletionTimestamp ?? '') };
  }
}
