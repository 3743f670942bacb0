import type { Phase, WorkflowExecution } from './generated/workflow-execution.ts';

/** Every phase there is, in the order of a life. */
export const allPhases: readonly Phase[] = ['Pending', 'Running', 'Completed', 'Failed', 'Skipped'];

const terminal: ReadonlySet<Phase> = new Set(['Completed', 'Failed', 'Skipped']);

/** The phase of an execution; one that nobody has looked at yet is Pending. */
export function phaseOf(execution: WorkflowExecution): Phase {
  return execution.status?.phase ?? 'Pending';
}

/** Whether a phase is one that an execution never leaves. */
export function isTerminal(phase: Phase): boolean {
  return terminal.has(phase);
}
