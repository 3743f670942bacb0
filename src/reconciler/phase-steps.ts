import { Inject, Injectable } from '@nestjs/common';
import { isSettled } from '../audit/standing.ts';
import { CONFIG } from '../config/config.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { isGenerationObserved } from '../workflow-execution/status.ts';
import { PipelineRunConflicts } from './steps/pipeline-run-conflicts.ts';
import { AcquireTarget } from './steps/acquire-target.step.ts';
import { AddFinalizer } from './steps/add-finalizer.step.ts';
import { Parallel } from './steps/parallel.step.ts';
import { AwaitAudit } from './steps/await-audit.step.ts';
import { CancelBeforeStart } from './steps/cancel-before-start.step.ts';
import { DeletePipelineRun } from './steps/delete-pipeline-run.step.ts';
import { EnforceStartDeadline } from './steps/enforce-start-deadline.step.ts';
import { ExpireFinished } from './steps/expire-finished.step.ts';
import { FollowPipelineRun } from './steps/follow-pipeline-run.step.ts';
import { KeepTarget } from './steps/keep-target.step.ts';
import { ObserveGeneration } from './steps/observe-generation.step.ts';
import { RecordDeletion } from './steps/record-deletion.step.ts';
import { ReleasePipelineRun } from './steps/release-pipeline-run.step.ts';
import { ReleaseTarget } from './steps/release-target.step.ts';
import { RemoveFinalizer } from './steps/remove-finalizer.step.ts';
import { RequestCancellation } from './steps/request-cancellation.step.ts';
import { StartPipelineRun } from './steps/start-pipeline-run.step.ts';
import { SkipRestored } from './steps/skip-restored.step.ts';
import type { Step } from './steps/step.ts';
import { UpdateAuditCondition } from './steps/update-audit-condition.step.ts';
import { ValidateSpec } from './steps/validate-spec.step.ts';
import { ttlMsOf, type DefaultTtls } from './executions/ttl.ts';

/** What is done for an execution, in which phase and in which order. The first step that knows how it stands ends a pass. */
@Injectable()
export class PhaseSteps {
  private readonly phases: Readonly<Record<Phase, readonly Step[]>>;
  private readonly deletion: readonly Step[];

  constructor(
    skipRestored: SkipRestored,
    conflicts: PipelineRunConflicts,
    validate: ValidateSpec,
    cancelBeforeStart: CancelBeforeStart,
    private readonly startDeadline: EnforceStartDeadline,
    addFinalizer: AddFinalizer,
    acquire: AcquireTarget,
    start: StartPipelineRun,
    keepTarget: KeepTarget,
    releasePipelineRun: ReleasePipelineRun,
    cancel: RequestCancellation,
    follow: FollowPipelineRun,
    release: ReleaseTarget,
    observeGeneration: ObserveGeneration,
    tellAudit: UpdateAuditCondition,
    expire: ExpireFinished,
    deletePipelineRun: DeletePipelineRun,
    recordDeletion: RecordDeletion,
    awaitAudit: AwaitAudit,
    removeFinalizer: RemoveFinalizer,
    @Inject(CONFIG) private readonly defaults: DefaultTtls,
  ) {
    this.phases = {
      // A lock that is held for an execution that went without a word hinders nobody: whoever asks for it looks.
      // Validated last: a target that cannot be resolved now must keep an execution neither from being cancelled nor from
      // its deadline.
      Pending: [
        skipRestored,
        conflicts,
        cancelBeforeStart,
        startDeadline,
        validate,
        new Parallel(addFinalizer, acquire),
        start,
      ],
      Running: [keepTarget, releasePipelineRun, cancel, follow],
      Completed: [releasePipelineRun, observeGeneration, tellAudit, expire],
      Failed: [releasePipelineRun, observeGeneration, tellAudit, expire],
      Skipped: [releasePipelineRun, observeGeneration, tellAudit, expire],
    };
    this.deletion = [deletePipelineRun, release, recordDeletion, awaitAudit, removeFinalizer];
  }

  /**
   * Whether no step will ever do anything again for an execution as it is now, unless its PipelineRun waits to be let go.
   * Most of those that a new leader finds are so.
   */
  isOver(execution: WorkflowExecution): boolean {
    if (execution.metadata.deletionTimestamp !== undefined) return false;
    if (ttlMsOf(execution, this.defaults) !== undefined) return false;
    return isTerminal(phaseOf(execution)) && isSettled(execution) && isGenerationObserved(execution);
  }

  /** Milliseconds until the start deadline of an execution that is refused now; undefined when none is to come. */
  startDeadlineInMs(execution: WorkflowExecution): number | undefined {
    return this.startDeadline.dueInMs(execution);
  }

  /** The steps for an execution as it is now. */
  steps(execution: WorkflowExecution): readonly Step[] {
    const isBeingDeleted = execution.metadata.deletionTimestamp !== undefined;
    return isBeingDeleted ? this.deletion : this.phases[phaseOf(execution)];
  }
}
