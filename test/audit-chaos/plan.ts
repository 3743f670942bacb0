import type { ExpectedExecution, ExpectedKind } from '../data-storage/index.ts';
import type { Random } from '../chaos/plan/random.ts';

/** The course of an execution. */
export type Course = 'completes' | 'fails' | 'is-cancelled' | 'is-deleted' | 'is-skipped';

/** An execution. Its name begins with its course, for the fake Tekton. */
export interface PlannedExecution {
  readonly name: string;
  readonly course: Course;
  readonly correlationId: string;
}

/** The share of each course in per cent. */
const shares: readonly (readonly [Course, number])[] = [
  ['completes', 60],
  ['fails', 20],
  ['is-cancelled', 6],
  ['is-deleted', 6],
  ['is-skipped', 8],
];

/** Remediations: the executions of one share a correlation id and run one after the other. */
export function planRemediations(executions: number, random: Random): readonly (readonly PlannedExecution[])[] {
  const remediations = Map.groupBy(
    Array.from({ length: executions }, (_, i) => i),
    (i) => Math.floor(i / 2),
  );
  return [...remediations.values()].map((numbers) =>
    numbers.map((i) => {
      const course = courseOf(random);
      return { name: `${course}-${i}`, course, correlationId: `rr-${Math.floor(i / 2)}` };
    }),
  );
}

function courseOf(random: Random): Course {
  let left = random.next() * 100;
  for (const [course, share] of shares) {
    left -= share;
    if (left < 0) return course;
  }
  return 'completes';
}

const accepted = kind('selection.completed', 'completed', 'success', 'Pending');
const begun = [accepted, kind('execution.started', 'started', 'success', 'Pending')];
const failed = kind('workflow.failed', 'failed', 'failure', 'Failed');

/** The events of each course. */
const trails: Readonly<Record<Course, readonly ExpectedKind[]>> = {
  completes: [...begun, kind('workflow.completed', 'completed', 'success', 'Completed')],
  fails: [...begun, failed],
  'is-cancelled': [...begun, failed],
  'is-deleted': [...begun, failed],
  'is-skipped': [accepted, { ...failed, event_action: 'skipped', failure_reason: 'Deduplicated' }],
};

function kind(type: string, action: string, outcome: string, phase: string): ExpectedKind {
  return { event_type: `workflowexecution.${type}`, event_action: action, event_outcome: outcome, phase };
}

/** The expected audit trail of an execution. */
export function expectedOf(namespace: string, { name, course, correlationId }: PlannedExecution): ExpectedExecution {
  return { namespace, name, correlationId, kinds: trails[course] };
}

/** Whether the next kill is due; kills are spread over all executions. */
export function isKillDue(
  done: { readonly performed: number; readonly killed: number },
  { executions, kills }: { readonly executions: number; readonly kills: number },
): boolean {
  return done.killed < kills && done.performed > ((done.killed + 1) * executions) / (kills + 1);
}
