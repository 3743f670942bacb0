import { describePause, type Pause } from '../../pauses/pause.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { pausedReason } from '../../workflow-execution/status.ts';

/** Observes an execution that does not start because of a pause. */
export function observePause(pause: Pause, stopsStartDeadline: boolean): Observation {
  const message = `Waits for the end of a pause. ${describePause(pause)}`;
  return { phase: 'Pending', reason: pausedReason, message, stopsStartDeadline };
}
