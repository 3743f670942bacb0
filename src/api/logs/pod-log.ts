import type { Clock } from '../../kubernetes/clock.ts';
import type { StepContainer, TaskPod } from '../../tekton/task-pod.ts';
import type { Arrived, LogLine } from './log-line.ts';
import { logTimeAt, logTimeOf } from './log-time.ts';
import { idle, type LogEnd, type StepLog } from './step-log.ts';
import type { LostPod } from './run-pods.ts';
import { visibleText } from './visible-text.ts';

/** A line, and when it came here. */
export type ArrivedLine = LogLine & Arrived;

/** What a pod of a task has to tell: the lines of its steps, in the order in which the steps ran. */
export async function* readPodLog(
  { metadata, task, steps }: TaskPod,
  logOf: (step: StepContainer) => StepLog,
  clock: Clock,
): AsyncGenerator<ArrivedLine | typeof idle, void, undefined> {
  const pod = metadata.name;
  const note = (text: string) => ({ ...saidBy(clock), task, pod, text: visibleText(text) });
  for (const step of steps) {
    const end = yield* linesOf(logOf(step), { task, pod, step: step.step });
    if (end.state === 'gone') return yield note(`pod ${pod} is gone, and with it what was not read of its log`);
    if (end.state === 'unreadable') {
      yield note(`what step ${step.step} has written can not be read from its node: ${end.error.message}`);
    }
  }
}

/** What is told of a pod that was gone before anybody read its log. */
export function noteOf({ name, task, completionTime }: LostPod, clock: Clock): ArrivedLine {
  const text = `pod ${name} is gone, and its log with it`;
  const ended = completionTime === undefined ? undefined : logTimeOf(completionTime);
  const said = saidBy(clock);
  return { ...said, time: ended ?? said.time, task, pod: name, text };
}

/** A line that the service itself says has no step. */
function saidBy(clock: Clock) {
  return { step: '', partial: false, time: logTimeAt(clock.now()) ?? '', arrivedMs: clock.elapsedMs() };
}

async function* linesOf(
  log: StepLog,
  from: Pick<LogLine, 'task' | 'step' | 'pod'>,
): AsyncGenerator<ArrivedLine | typeof idle, LogEnd, undefined> {
  const parts = log.read();
  for (;;) {
    const { done, value } = await parts.next();
    if (done === true) return value;
    yield value === idle ? idle : { ...value, ...from, text: visibleText(value.text) };
  }
}
