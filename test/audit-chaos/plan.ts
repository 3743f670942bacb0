import type { ExpectedExecution, ExpectedKind } from '../data-storage/index.ts';
import type { Random } from '../chaos/plan/random.ts';

/** How an execution of the audit storm goes. */
export type Course = 'completes' | 'fails' | 'is-cancelled' | 'is-deleted' | 'is-skipped';

/** An execution of the audit storm. Its name begins with how it goes, so that whoever plays Tekton can tell. */
export interface PlannedExecution {
  readonly name: string;
  readonly course: Course;
  readonly correlationId: string;
}

/** How often each course is taken, in per cent. */
const shares: readonly (readonly [Course, number])[] = [
  ['completes', 60],
  ['fails', 20],
  ['is-cancelled', 6],
  ['is-deleted', 6],
  ['is-skipped', 8],
];

/** Remediations: executions of one are run one after the other, under one correlation id. */
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

/** The events that each course has to leave. */
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

/** What an execution has to have left in the audit trail. */
export function expectedOf(namespace: string, { name, course, correlationId }: PlannedExecution): ExpectedExecution {
  return { namespace, name, correlationId, kinds: trails[course] };
}

/** Whether it is time for the next kill, of those that are spread over all executions. */
export function isKillDue(
  done: { readonly performed: number; readonly killed: number },
  { executions, kills }: { readonly executions: number; readonly kills: number },
): boolean {
  return done.killed < kills && done.performed > ((done.killed + 1) * executions) / (kills + 1);
}
