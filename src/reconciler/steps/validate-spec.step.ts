import { Injectable } from '@nestjs/common';
import { advice } from '../../tekton/failure-reasons.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import type { Step, StepOutcome } from './step.ts';

/** Refuses what the CRD of today would not have let in: the API server does not check again what it has stored. */
@Injectable()
export class ValidateSpec implements Step {
  run(execution: WorkflowExecution): Promise<StepOutcome> {
    const { targetResource } = execution.spec;
    if (parseTargetResource(targetResource) !== undefined) return Promise.resolve({ kind: 'next', execution });
    const reason = 'ValidationFailed';
    const message = `spec.targetResource "${targetResource}" is neither namespace/kind/name nor kind/name. ${advice[reason]}`;
    const failure = { reason, message, wasExecutionFailure: false } as const;
    return Promise.resolve({ kind: 'observed', observation: { phase: 'Failed', failure } });
  }
}
