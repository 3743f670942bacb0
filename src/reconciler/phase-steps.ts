import { Inject, Injectable } from '@nestjs/common';
import { isAuditFinal } from '../audit/audit-condition.ts';
import { CONFIG, type Config } from '../config/config.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { isGenerationObserved } from '../workflow-execution/status.ts';
import { endConflictingRun } from './steps/conflict.steps.ts';
import { awaitAudit, deletePipelineRun, recordDeletion, removeFinalizer } from './steps/deletion.steps.ts';
import {
  expireFinished,
  observeGeneration,
  releasePipelineRun,
  ttlMsOf,
  updateAuditCondition,
} from './steps/finished.steps.ts';
import { followPipelineRun, requestCancellation } from './steps/follow-pipeline-run.step.ts';
import { addFinalizer, cancelBeforeStart, enforceStartDeadline, skipRestored } from './steps/pending.steps.ts';
import { startPipelineRun } from './steps/start-pipeline-run.step.ts';
import { parallel, type Step } from './steps/step.ts';
import { acquireTarget, restoreLock, releaseTarget } from './steps/target.steps.ts';
import { validateSpec } from './steps/validate-spec.step.ts';

const finished: readonly Step[] = [releasePipelineRun, observeGeneration, updateAuditCondition, expireFinished];

const steps: Readonly<Record<Phase, readonly Step[]>> = {
  // Validation comes late: a target that cannot be resolved now must delay neither a cancellation nor the start deadline.
  Pending: [
    skipRestored,
    endConflictingRun,
    cancelBeforeStart,
    enforceStartDeadline,
    validateSpec,
    parallel(addFinalizer, acquireTarget),
    startPipelineRun,
  ],
  Running: [restoreLock, releasePipelineRun, requestCancellation, followPipelineRun],
  Completed: finished,
  Failed: finished,
  Skipped: finished,
};

const deletion: readonly Step[] = [deletePipelineRun, releaseTarget, recordDeletion, awaitAudit, removeFinalizer];

/** The steps of each phase, in order. The first step that decides ends a reconcile. */
@Injectable()
export class PhaseSteps {
  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'ttlSkippedMs'>) {}

  /** The steps for an execution as it is now. */
  for(execution: WorkflowExecution): readonly Step[] {
    return execution.metadata.deletionTimestamp === undefined ? steps[phaseOf(execution)] : deletion;
  }

  /**
   * Whether no step has anything left to do for an execution, unless its PipelineRun waits to be released. True for most
   * executions that a new leader finds.
   */
  isDone(execution: WorkflowExecution): boolean {
    if (execution.metadata.deletionTimestamp !== undefined) return false;
    if (ttlMsOf(execution, this.config) !== undefined) return false;
    return isTerminal(phaseOf(execution)) && isAuditFinal(execution) && isGenerationObserved(execution);
  }
}
