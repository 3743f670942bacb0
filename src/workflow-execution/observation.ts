import type { CancelMode, Failure, PipelineRunRef, Skip } from './generated/workflow-execution.ts';

/** What the PipelineRun itself says about when it ran. */
export interface RunTimes {
  /** RFC 3339; absent as long as Tekton has not started it. */
  readonly startTime?: string;
  /** RFC 3339; absent as long as it runs, or when it was gone before its end was seen. */
  readonly completionTime?: string;
}

/**
 * How an execution stands after one look at it: all that its next status is made of. There is one variant for each
 * phase, so that a state that the resource does not know cannot be said.
 */
export type Observation =
  | {
      readonly phase: 'Pending';
      /** A CamelCase word: why there is no PipelineRun yet. */
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly phase: 'Running';
      readonly pipelineRun: PipelineRunRef;
      readonly message: string;
      readonly startTime?: string;
      /** How it came to run; said only by the look that found its PipelineRun for the first time. */
      readonly begun?: 'created' | 'adopted';
      /** How Tekton has been asked to cancel it; absent when it has not. */
      readonly cancelling?: CancelMode;
      /** A CamelCase word: what keeps it from going on; absent when nothing does. */
      readonly waiting?: string;
      /** Whether it should have ended, and Tekton does not record it. */
      readonly endNotRecorded?: boolean;
    }
  | ({
      readonly phase: 'Completed';
      readonly pipelineRun: PipelineRunRef;
      readonly message: string;
      /** Whether every task was skipped, so that no step has run. */
      readonly allTasksSkipped?: boolean;
    } & RunTimes)
  | ({ readonly phase: 'Failed'; readonly failure: Failure; readonly pipelineRun?: PipelineRunRef } & RunTimes)
  | { readonly phase: 'Skipped'; readonly skip: Skip };
