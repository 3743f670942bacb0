import type { PodTimeline } from '../pod-timeline.ts';
import type { ExecutionTimeline, Timeline } from '../timeline.ts';
import type { Violation } from '../violation.ts';

/** Finds steps of two executions that ran on one target at the same time, and steps that outlived their execution. */
export function onePodPerTarget({ pods, executions }: Timeline): Violation[] {
  const started = pods.filter((pod): pod is StartedPod => pod.started !== undefined);
  const inOrder = started.toSorted((a, b) => a.started.revision - b.started.revision);
  const overlaps = inOrder.flatMap((later, index) =>
    inOrder
      .slice(0, index)
      .filter((earlier) => isOverlap(earlier, later, executions))
      .map((earlier) => overlap(earlier, later, executions)),
  );
  return [...overlaps, ...inOrder.flatMap((pod) => objectToEnd(pod, executions.get(pod.owner)))];
}

type StartedPod = PodTimeline & { readonly started: NonNullable<PodTimeline['started']> };
type Executions = Timeline['executions'];

function isOverlap(earlier: StartedPod, later: StartedPod, executions: Executions): boolean {
  const [one, other] = [executions.get(earlier.owner), executions.get(later.owner)];
  if (one === undefined || other === undefined || one === other || one.target !== other.target) return false;
  return (earlier.ended?.revision ?? Infinity) > later.started.revision;
}

function overlap(earlier: StartedPod, later: StartedPod, executions: Executions): Violation {
  const target = executions.get(later.owner)?.target ?? '';
  return {
    rule: 'A target never has steps of two executions at the same time',
    message: `a step of pod ${later.key} ran on ${target} while one of pod ${earlier.key} did`,
    proof: [earlier.started, later.started, ...(earlier.ended === undefined ? [] : [earlier.ended])],
  };
}

function objectToEnd({ key, started, ended }: StartedPod, execution: ExecutionTimeline | undefined): Violation[] {
  if (execution?.ended === undefined) return [];
  if (ended !== undefined && ended.revision < execution.ended.revision) return [];
  return [
    {
      rule: 'No step runs after the end of its execution',
      message: `a step of pod ${key} ran when ${execution.key} had ended`,
      proof: [started, execution.ended, ...(ended === undefined ? [] : [ended])],
    },
  ];
}
