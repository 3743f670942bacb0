import type { CancelMode, Failure, PipelineRunRef, Skip } from './generated/workflow-execution.ts';

/** What a PipelineRun that has ended tells of its run. */
export interface RunRecord {
  /** When it was created, RFC 3339; absent when it is gone. */
  readonly startTime?: string;
  /** RFC 3339; absent as long as it runs, or when it was gone before its end was seen. */
  readonly completionTime?: string;
  /** Digest of the bundle that it ran; absent when Tekton resolved none. */
  readonly bundleDigest?: string;
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
      /** When the PipelineRun was created, RFC 3339; absent when it is gone. */
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
    } & RunRecord)
  | ({ readonly phase: 'Failed'; readonly failure: Failure; readonly pipelineRun?: PipelineRunRef } & RunRecord)
  | { readonly phase: 'Skipped'; readonly skip: Skip };
