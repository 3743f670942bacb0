import type { EventInput } from '../../kubernetes/event.ts';
import { cancelRequestedBy } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { joinFirst } from '../../workflow-execution/text.ts';
import type { Transition } from './transitions.ts';

type Of<K extends Transition['kind']> = Extract<Transition, { kind: K }>;

/** The Kubernetes Event for a transition; undefined for one that has none. */
export function eventOf(transition: Transition, execution: WorkflowExecution): EventInput | undefined {
  switch (transition.kind) {
    case 'created':
    case 'deleted':
      return undefined;
    case 'start-failed':
      return {
        type: 'Warning',
        reason: transition.reason,
        action: 'StartPipelineRun',
        note: transition.message,
      };
    case 'paused':
      return { type: 'Normal', reason: 'Paused', action: 'StartPipelineRun', note: transition.message };
    case 'started':
      return startedEvent(transition, execution);
    case 'cooldown-overridden':
      return overriddenEvent(transition, execution);
    case 'cancelling':
      return cancellingEvent(transition, execution);
    case 'end-not-recorded':
      return { type: 'Warning', reason: 'EndNotRecorded', action: 'CancelPipelineRun', note: transition.message };
    case 'parameters-undeclared':
      return undeclaredParametersEvent(transition);
    case 'ended':
      return endedEvent(transition, execution);
    case 'audit-failed':
      return {
        type: 'Warning',
        reason: `Audit${transition.reason}`,
        action: 'RecordAudit',
        note: transition.message,
      };
  }
}

function startedEvent({ pipelineRun, adopted }: Of<'started'>, execution: WorkflowExecution): EventInput {
  const { workflowId, version } = execution.spec.workflowRef;
  const note = `Running: workflow ${workflowId} ${version} on ${targetOf(execution)}, as PipelineRun ${pipelineRun}`;
  const [reason, how] = adopted
    ? ['PipelineRunAdopted', ', which an earlier attempt had created']
    : ['PipelineRunCreated', ''];
  return { type: 'Normal', reason, action: 'StartPipelineRun', note: `${note}${how}` };
}

function overriddenEvent({ reason }: Of<'cooldown-overridden'>, { metadata }: WorkflowExecution): EventInput {
  const user = metadata.annotations?.[ownAnnotations.createdBy];
  const note = `The cooldown of the target does not apply, as requested${user === undefined ? '' : ` by ${user}`}: ${reason}`;
  return { type: 'Normal', reason: 'CooldownOverridden', action: 'AcquireTarget', note };
}

function cancellingEvent({ mode, pipelineRun }: Of<'cancelling'>, execution: WorkflowExecution): EventInput {
  const how = mode === 'Immediate' ? ' immediately, without its finally tasks' : '';
  const user = cancelRequestedBy(execution);
  const who = user === undefined ? '' : `, as requested by ${user}`;
  const note =
    execution.spec.cancelRequested === true
      ? `Tekton was asked to cancel PipelineRun ${pipelineRun}${how}${who}`
      : `PipelineRun ${pipelineRun} is being cancelled${how}, but not by this execution`;
  return { type: 'Normal', reason: 'CancellationRequested', action: 'CancelPipelineRun', note };
}

/** Maximum number of parameters in the note of an Event. */
const maxNamed = 10;

function undeclaredParametersEvent({ names }: Of<'parameters-undeclared'>): EventInput {
  const note = `The workflow does not declare the parameters: ${joinFirst(names, maxNamed)}`;
  return { type: 'Warning', reason: 'UndeclaredParameters', action: 'FollowPipelineRun', note };
}

function endedEvent({ from, to }: Of<'ended'>, { status = {} }: WorkflowExecution): EventInput {
  const { failure, skip, message } = status;
  if (skip !== undefined) {
    return { type: 'Normal', reason: skip.reason, action: 'AcquireTarget', note: `Skipped: ${skip.message}` };
  }
  const action = from === 'Running' ? 'FollowPipelineRun' : 'StartPipelineRun';
  if (failure === undefined) return { type: 'Normal', reason: to, action, note: `${to}: ${message}` };
  // A cancellation was requested, so it is no warning.
  const type = failure.reason === 'Cancelled' ? 'Normal' : 'Warning';
  return { type, reason: failure.reason, action, note: `${to}: ${failure.message}` };
}
