import type { PipelineRun } from './pipeline-run.ts';

/**
 * What a PipelineRun says of itself. `unknown` is a run that has ended, or says something, in a way that cannot be
 * understood; a run that Tekton has not looked at yet is `running`.
 */
export interface PipelineRunOutcome {
  readonly state: 'running' | 'succeeded' | 'failed' | 'unknown';
  readonly completionTime?: string;
  /** Tekton's word for it, empty when it gave none. */
  readonly reason: string;
  readonly message: string;
}

const states = { True: 'succeeded', False: 'failed', Unknown: 'running' } as const;

/** Reads how a PipelineRun stands from its `Succeeded` condition (https://tekton.dev/docs/pipelines/pipelineruns/#monitoring-execution-status). */
export function readOutcome({ status }: PipelineRun): PipelineRunOutcome {
  const { succeeded, completionTime } = status;
  if (succeeded !== undefined) {
    const { reason, message } = succeeded;
    return { state: states[succeeded.status], completionTime, reason, message };
  }
  const state = completionTime === undefined ? 'running' : 'unknown';
  return { state, completionTime, reason: '', message: '' };
}
