import type { Clock } from '../../kubernetes/clock.ts';
import type { StepContainer, TaskPod } from '../../tekton/task-pod.ts';
import { escapeUnsafe, logTimeOf } from './log-line.ts';
import type { LogSource, ReceivedLine } from './log-merge.ts';
import type { LostPod } from './pipeline-run-pods.ts';
import type { LogEnd, StepLog } from './step-log.ts';

/** The log of a task's pod: its steps one after another, as they ran, and notes about what cannot be read. */
export class PodLog implements LogSource {
  private current?: StepLog;

  /** @param notBefore when the kubelet started the pod */
  constructor(
    private readonly pod: TaskPod,
    readonly notBefore: string,
    private readonly open: (step: StepContainer) => StepLog,
    private readonly clock: Clock,
  ) {}

  get mayBlock(): boolean {
    return this.current?.mayBlock ?? false;
  }

  async *lines(): AsyncGenerator<ReceivedLine, void, undefined> {
    const { metadata, task, steps } = this.pod;
    const pod = metadata.name;
    for (const container of steps) {
      const { step } = container;
      this.current = this.open(container);
      const end = yield* this.linesOf(this.current, step);
      if (end.state === 'gone') {
        return yield noteOf(this.clock, {
          task,
          pod,
          text: `pod ${pod} is gone, and with it the unread rest of its log`,
        });
      }
      if (end.state === 'unreadable') {
        const text = escapeUnsafe(`the log of step ${step} cannot be read from its node: ${end.error.message}`);
        yield noteOf(this.clock, { task, pod, text });
      }
    }
  }

  private async *linesOf(log: StepLog, step: string): AsyncGenerator<ReceivedLine, LogEnd, undefined> {
    const { metadata, task } = this.pod;
    const parts = log.read();
    for (;;) {
      const { done, value } = await parts.next();
      if (done === true) return value;
      yield { ...value, task, step, pod: metadata.name, text: escapeUnsafe(value.text) };
    }
  }
}

/** The log of a pod that was gone before it was read: one note, at the time when its task ended. */
export function lostPodLog({ name, task, completionTime }: LostPod, clock: Clock): LogSource {
  const note = noteOf(clock, { task, pod: name, text: `pod ${name} is gone, and its log with it` });
  const time = (completionTime === undefined ? undefined : logTimeOf(completionTime)) ?? note.time;
  return {
    notBefore: time,
    mayBlock: false,
    // eslint-disable-next-line @typescript-eslint/require-await -- a log of one known line
    lines: async function* () {
      yield { ...note, time };
    },
  };
}

/** A line of the service itself, which has no step. */
function noteOf(clock: Clock, note: Pick<ReceivedLine, 'task' | 'pod' | 'text'>): ReceivedLine {
  const time = logTimeOf(clock.now().toISOString()) ?? '';
  return { ...note, step: '', partial: false, time, receivedMs: clock.elapsedMs() };
}
