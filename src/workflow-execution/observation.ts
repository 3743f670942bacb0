import type { CancelMode, Failure, PipelineRunRef, Result, Skip } from './generated/workflow-execution.ts';

/** What a task may wait for before its first step. */
export const taskWaits = ['ExceededResourceQuota', 'Unschedulable', 'ImagePullFailed', 'PodPending'] as const;

/** The reasons of the condition Ready while an execution is Running and waits; docs/guide.md explains each. */
export const runningReasons = [
  'PipelineRunPending',
  'StartDeadlineExceeded',
  ...taskWaits,
  'Cancelling',
  'CancellingImmediately',
  'Ending',
  'EndNotRecorded',
] as const;

/** One of {@link runningReasons}. */
export type RunningReason = (typeof runningReasons)[number];

/** What a finished PipelineRun records. */
export interface RunRecord {
  /** Creation of the PipelineRun, RFC 3339; absent if it no longer exists. */
  readonly startTime?: string;
  /** RFC 3339; absent while it runs, or if it was deleted before its end was observed. */
  readonly completionTime?: string;
  /** Digest of the bundle; absent if Tekton has not resolved it. */
  readonly bundleDigest?: string;
  /** Parameters that Tekton has ignored, because the workflow does not declare them. */
  readonly undeclaredParams?: readonly string[];
  /** Results of the Pipeline, without secrets; absent if there are none. */
  readonly results?: readonly Result[];
}

/** What a reconciliation has observed, one variant for each phase; the next status is computed from it. */
export type Observation =
  | {
      readonly phase: 'Pending';
      /** Why there is no PipelineRun yet, in CamelCase. */
      readonly reason: string;
      readonly message: string;
      /** Whether the refusal that the status records stays; the failure quotes it. */
      readonly keepsRefusal?: boolean;
      /** Whether the start deadline does not run; it begins again with the next refusal. */
      readonly stopsStartDeadline?: boolean;
    }
  | {
      readonly phase: 'Running';
      readonly pipelineRun: PipelineRunRef;
      readonly message: string;
      /** Creation of the PipelineRun, RFC 3339; absent if it no longer exists. */
      readonly startTime?: string;
      /** How the run was found; only in the first observation of its PipelineRun. */
      readonly begun?: 'created' | 'adopted';
      /** How it is being canceled; absent if it is not. */
      readonly cancelling?: CancelMode;
      /** What it waits for; absent if it does not wait. */
      readonly waiting?: RunningReason;
      /** Whether Tekton does not record its end. */
      readonly endNotRecorded?: boolean;
    }
  | ({
      readonly phase: 'Completed';
      readonly pipelineRun: PipelineRunRef;
      readonly message: string;
      /** Whether all tasks were skipped, so that no step has run. */
      readonly allTasksSkipped?: boolean;
    } & RunRecord)
  | ({ readonly phase: 'Failed'; readonly failure: Failure; readonly pipelineRun?: PipelineRunRef } & RunRecord)
  | { readonly phase: 'Skipped'; readonly skip: Skip };
