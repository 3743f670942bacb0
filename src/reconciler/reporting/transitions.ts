import type { CancelMode, Phase, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { isTerminal, overrideReasonOf, phaseOf } from '../../workflow-execution/execution.ts';
import { cancellingMode, isEndNotRecorded, isPaused } from '../../workflow-execution/status.ts';

/** Something that happened to an execution. Events, log entries, metrics and spans are made from it. */
export type Transition =
  | { readonly kind: 'created' }
  /** A failed attempt to start it. Every attempt counts, although a repeated one may not change the status. */
  | { readonly kind: 'start-failed'; readonly reason: string; readonly message: string }
  /** A pause keeps it from starting, or another one than before. */
  | { readonly kind: 'paused'; readonly message: string }
  /** `adopted`: an earlier attempt had created the PipelineRun. */
  | { readonly kind: 'started'; readonly pipelineRun: string; readonly adopted: boolean }
  /** It was started regardless of the cooldown of its target; `reason`: of the caller, without secrets. */
  | { readonly kind: 'cooldown-overridden'; readonly reason: string }
  | { readonly kind: 'cancelling'; readonly mode: CancelMode; readonly pipelineRun?: string }
  | { readonly kind: 'end-not-recorded'; readonly message: string }
  /** Its run has ended, and the workflow does not declare these parameters. */
  | { readonly kind: 'parameters-undeclared'; readonly names: readonly string[] }
  /** `seconds`: how long it ran; absent when it was never started. */
  | { readonly kind: 'ended'; readonly from: Phase; readonly to: Phase; readonly seconds?: number }
  | { readonly kind: 'audit-failed'; readonly reason: string; readonly message: string }
  /** Nothing is left of it: our finalizer is removed. */
  | { readonly kind: 'deleted' };

/**
 * What happened to an execution between two versions of it, in order. The status is written on the resourceVersion that it
 * was decided on, so each transition is found once, by one replica.
 *
 * @param observation the basis of the new status, with details that the status does not have
 */
export function transitions(
  before: WorkflowExecution,
  after: WorkflowExecution,
  observation?: Observation,
): readonly Transition[] {
  const { phase } = after.status ?? {};
  return [
    ...(before.status?.phase === undefined && phase !== undefined ? [{ kind: 'created' } as const] : []),
    ...startFailed(after, observation),
    ...paused(before, after),
    ...started(before, after, observation),
    ...cancelling(before, after),
    ...endNotRecorded(before, after, observation),
    ...parametersIgnored(before, after, observation),
    ...ended(before, after),
    ...auditFailed(before, after),
  ];
}

function startFailed(after: WorkflowExecution, observation?: Observation): readonly Transition[] {
  if (observation?.phase !== 'Pending' || phaseOf(after) !== 'Pending' || isPaused(after)) return [];
  return [{ kind: 'start-failed', reason: observation.reason, message: observation.message }];
}

function paused(before: WorkflowExecution, after: WorkflowExecution): readonly Transition[] {
  if (!isPaused(after)) return [];
  const message = after.status?.message ?? '';
  if (isPaused(before) && before.status?.message === message) return [];
  return [{ kind: 'paused', message }];
}

function started(
  before: WorkflowExecution,
  after: WorkflowExecution,
  observation?: Observation,
): readonly Transition[] {
  const { name } = after.status?.pipelineRunRef ?? {};
  if (before.status?.pipelineRunRef !== undefined || name === undefined) return [];
  const adopted = observation?.phase === 'Running' && observation.begun === 'adopted';
  const reason = overrideReasonOf(after);
  return [
    ...(reason === undefined ? [] : [{ kind: 'cooldown-overridden', reason } as const]),
    { kind: 'started', pipelineRun: name, adopted },
  ];
}

function cancelling(before: WorkflowExecution, after: WorkflowExecution): readonly Transition[] {
  const mode = cancellingMode(after);
  if (mode === undefined || mode === cancellingMode(before)) return [];
  return [{ kind: 'cancelling', mode, pipelineRun: after.status?.pipelineRunRef?.name }];
}

function endNotRecorded(
  before: WorkflowExecution,
  after: WorkflowExecution,
  observation?: Observation,
): readonly Transition[] {
  if (!isEndNotRecorded(after) || isEndNotRecorded(before)) return [];
  // The status may have cut it.
  const message = observation?.phase === 'Running' ? observation.message : (after.status?.message ?? '');
  return [{ kind: 'end-not-recorded', message }];
}

function parametersIgnored(
  before: WorkflowExecution,
  after: WorkflowExecution,
  observation?: Observation,
): readonly Transition[] {
  if (isTerminal(phaseOf(before)) || !isTerminal(phaseOf(after))) return [];
  const { undeclaredParams: names = [] } =
    observation?.phase === 'Completed' || observation?.phase === 'Failed' ? observation : {};
  return names.length === 0 ? [] : [{ kind: 'parameters-undeclared', names }];
}

function ended(before: WorkflowExecution, after: WorkflowExecution): readonly Transition[] {
  const [from, to] = [phaseOf(before), phaseOf(after)];
  if (!isTerminal(to) || isTerminal(from)) return [];
  const { startTime = '', completionTime = '' } = after.status ?? {};
  const ms = Date.parse(completionTime) - Date.parse(startTime);
  return [{ kind: 'ended', from, to, seconds: Number.isNaN(ms) ? undefined : Math.max(0, ms) / 1_000 }];
}

function auditFailed(before: WorkflowExecution, after: WorkflowExecution): readonly Transition[] {
  const [previous, current] = [before, after].map(({ status }) =>
    status?.conditions?.find(({ type }) => type === 'AuditRecorded'),
  );
  if (current?.status !== 'False') return [];
  const { reason, message } = current;
  if (previous?.status === 'False' && previous.reason === reason && previous.message === message) return [];
  return [{ kind: 'audit-failed', reason, message }];
}
