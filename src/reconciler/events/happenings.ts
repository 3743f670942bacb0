import type { EventInput } from '../../kubernetes/event.ts';
import { cancelRequestedBy, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { cancellingMode, isEndNotRecorded } from '../../workflow-execution/status.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';

/**
 * What one look at an execution has brought about, to be told to people: a change of phase, how its PipelineRun was come
 * by, a cancellation, or one more try that failed. A look that has found nothing new has brought about nothing.
 *
 * @param before the execution that was looked at
 * @param after the execution with the status that the look has given it
 */
export function happeningsOf(
  before: WorkflowExecution,
  observation: Observation,
  after: WorkflowExecution,
): readonly EventInput[] {
  // The observation came too late to change anything.
  if (observation.phase !== phaseOf(after)) return [];
  // Every try counts, also when it says nothing new; the recorder makes one Event of all that are alike.
  if (observation.phase === 'Pending') return [failedTry(observation)];
  if (observation.phase === 'Running') {
    const news = [...begun(observation, after), ...cancelled(observation, before, after)];
    return [...news, ...givenUp(observation, before)];
  }
  return phaseOf(before) === observation.phase ? [] : [ended(observation, before)];
}

type Seen<P extends Observation['phase']> = Extract<Observation, { phase: P }>;

function failedTry({ reason, message }: Seen<'Pending'>): EventInput {
  return { type: 'Warning', reason, action: 'StartPipelineRun', note: message };
}

function begun({ begun, pipelineRun }: Seen<'Running'>, execution: WorkflowExecution): readonly EventInput[] {
  if (begun === undefined) return [];
  const { workflowId, version } = execution.spec.workflowRef;
  const runs = `Running: workflow ${workflowId} ${version} on ${targetOf(execution)}`;
  const [reason, note] =
    begun === 'created'
      ? ['PipelineRunCreated', `${runs}, as PipelineRun ${pipelineRun.name}`]
      : ['PipelineRunAdopted', `${runs}, as PipelineRun ${pipelineRun.name}, which an earlier try had created`];
  return [{ type: 'Normal', reason, action: 'StartPipelineRun', note }];
}

function cancelled(
  { cancelling, pipelineRun }: Seen<'Running'>,
  before: WorkflowExecution,
  after: WorkflowExecution,
): readonly EventInput[] {
  if (cancelling === undefined || cancelling === cancellingMode(before)) return [];
  const how = cancelling === 'Immediate' ? ' immediately, without its finally tasks' : '';
  const user = cancelRequestedBy(after);
  const who = user === undefined ? '' : `, as requested by ${user}`;
  const note =
    after.spec.cancelRequested === true
      ? `Tekton was asked to cancel PipelineRun ${pipelineRun.name}${how}${who}`
      : `PipelineRun ${pipelineRun.name} is being cancelled${how}, but not by this execution`;
  return [{ type: 'Normal', reason: 'CancellationRequested', action: 'CancelPipelineRun', note }];
}

function givenUp({ endNotRecorded, message }: Seen<'Running'>, before: WorkflowExecution): readonly EventInput[] {
  if (endNotRecorded !== true || isEndNotRecorded(before)) return [];
  return [{ type: 'Warning', reason: 'EndNotRecorded', action: 'CancelPipelineRun', note: message }];
}

function ended(observation: Seen<'Completed' | 'Failed' | 'Skipped'>, before: WorkflowExecution): EventInput {
  const action = phaseOf(before) === 'Running' ? 'FollowPipelineRun' : 'StartPipelineRun';
  switch (observation.phase) {
    case 'Completed':
      return { type: 'Normal', reason: 'Completed', action, note: `Completed: ${observation.message}` };
    case 'Failed': {
      const { reason, message } = observation.failure;
      // What somebody has asked for is nothing to be warned of.
      const type = reason === 'Cancelled' ? 'Normal' : 'Warning';
      return { type, reason, action, note: `Failed: ${message}` };
    }
    case 'Skipped': {
      const { reason, message } = observation.skip;
      return { type: 'Normal', reason, action: 'AcquireTarget', note: `Skipped: ${message}` };
    }
  }
}
