import { Injectable } from '@nestjs/common';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../workflow-execution/execution.ts';
import { endConflictingRun } from './steps/conflict.steps.ts';
import { awaitAudit, awaitRunEnd, deletePipelineRun, recordDeletion, removeFinalizer } from './steps/deletion.steps.ts';
import { observeGeneration, releasePipelineRun, updateAuditCondition } from './steps/finished.steps.ts';
import { followPipelineRun, requestCancellation } from './steps/follow-pipeline-run.step.ts';
import { awaitPauseEnd } from './steps/pause.steps.ts';
import { addFinalizer, cancelBeforeStart, enforceStartDeadline, skipRestored } from './steps/pending.steps.ts';
import { startPipelineRun } from './steps/start-pipeline-run.step.ts';
import type { Step } from './steps/step.ts';
import { acquireTarget, restoreLock, releaseTarget } from './steps/target.steps.ts';
import { validateSpec } from './steps/validate-spec.step.ts';

const finished: readonly Step[] = [releasePipelineRun, observeGeneration, updateAuditCondition];

const steps: Readonly<Record<Phase, readonly Step[]>> = {
  // The finalizer comes first: an execution may end in any other step, and is then kept for its audit events.
  // Validation comes late: a target that cannot be resolved now must delay neither a cancellation nor the start deadline.
  Pending: [
    addFinalizer,
    skipRestored,
    endConflictingRun,
    cancelBeforeStart,
    enforceStartDeadline,
    validateSpec,
    awaitPauseEnd,
    acquireTarget,
    startPipelineRun,
  ],
  Running: [restoreLock, releasePipelineRun, requestCancellation, followPipelineRun],
  Completed: finished,
  Failed: finished,
  Skipped: finished,
};

const deletion: readonly Step[] = [
  deletePipelineRun,
  awaitRunEnd,
  releaseTarget,
  recordDeletion,
  awaitAudit,
  removeFinalizer,
];

/** The steps of each phase, in order. The first step that decides ends a reconcile. */
@Injectable()
export class PhaseSteps {
  /** The steps for an execution as it is now. */
  for(execution: WorkflowExecution): readonly Step[] {
    return execution.metadata.deletionTimestamp === undefined ? steps[phaseOf(execution)] : deletion;
  }
}
