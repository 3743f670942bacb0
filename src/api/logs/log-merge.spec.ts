import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { LogMerge, nextStep, type LogSource, type MergedLog, type NextStep, type ReceivedLine } from './log-merge.ts';

const begin = Date.parse('2026-01-31T09:15:00Z');
const timeOf = (s: number) => new Date(begin + s * 1_000).toISOString().replace('Z', '000000Z');

function lineOf(pod: string, second: number, receivedMs = 0): ReceivedLine {
  return { time: timeOf(second), task: pod, step: 's', pod, text: `${pod} ${second}`, partial: false, receivedMs };
}

/** Sources that record how far they were read. */
class Pods {
  readonly open = new Set<string>();
  maxOpen = 0;
  taken = 0;

  source(pod: string, seconds: readonly number[]): LogSource {
    const begun = () => {
      this.open.add(pod);
      this.maxOpen = Math.max(this.maxOpen, this.open.size);
    };
    const take = () => this.taken++;
    const { open } = this;
    return {
      notBefore: timeOf(seconds[0] ?? 0),
      mayBlock: false,
      // eslint-disable-next-line @typescript-eslint/require-await -- lines that exist
      lines: async function* () {
        begun();
        for (const second of seconds) {
          take();
          yield lineOf(pod, second);
        }
        open.delete(pod);
      },
    };
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- sources that exist
async function* sourcesOf(...sources: readonly LogSource[]): AsyncGenerator<readonly LogSource[]> {
  yield sources;
}

function mergeOf(sources: readonly LogSource[]): LogMerge {
  return new LogMerge(sourcesOf(...sources), new FakeClock(), new AbortController().signal);
}

async function textsOf(merge: LogMerge): Promise<string[]> {
  const texts: string[] = [];
  for await (const item of merge.lines()) if (item !== 'keepAlive') texts.push(item.text);
  return texts;
}

describe('a merge of logs', () => {
  it('is ordered by time, omits no line, and holds one line of each log', async () => {
    const log = fc.array(fc.nat({ max: 50 }), { maxLength: 10 }).map((all) => all.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(log, { maxLength: 6 }), async (logs) => {
        const pods = new Pods();
        const merge = mergeOf(logs.map((seconds, i) => pods.source(`p${i}`, seconds)));

        const times: string[] = [];
        const texts: string[] = [];
        for await (const item of merge.lines()) {
          if (item === 'keepAlive') continue;
          times.push(item.time);
          texts.push(item.text);
          expect(pods.taken - texts.length).toBeLessThanOrEqual(logs.length);
        }

        expect(times).toEqual(times.toSorted());
        const expected = logs.flatMap((seconds, i) => seconds.map((second) => `p${i} ${second}`));
        expect(texts.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('opens a log only when its first line is due', async () => {
    const pods = new Pods();
    const logs = Array.from({ length: 50 }, (_, i) => pods.source(`p${i}`, [10 * i, 10 * i + 1, 10 * i + 2]));

    const texts = await textsOf(mergeOf(logs));

    expect(texts).toHaveLength(150);
    expect(pods.maxOpen).toBe(1);
  });

  it('keeps the order of a log whose clock was set back', async () => {
    const pods = new Pods();

    const texts = await textsOf(mergeOf([pods.source('p', [5, 2, 6]), pods.source('q', [3, 4, 7])]));

    expect(texts.filter((text) => text.startsWith('p'))).toEqual(['p 5', 'p 2', 'p 6']);
    expect(texts).toHaveLength(6);
  });

  it('fails when one of the logs fails', async () => {
    const failure = new Error('unreachable');
    const merge = mergeOf([
      {
        notBefore: timeOf(0),
        mayBlock: false,
        // eslint-disable-next-line require-yield, @typescript-eslint/require-await -- one that fails
        lines: async function* () {
          throw failure;
        },
      },
    ]);

    await expect(merge.lines().next()).rejects.toBe(failure);
  });

  it('ends when its reader disconnects', async () => {
    const gone = new AbortController();
    // eslint-disable-next-line require-yield -- sources that are still to come
    async function* sources(): AsyncGenerator<readonly LogSource[]> {
      await new Promise(() => undefined);
    }
    const merge = new LogMerge(sources(), new FakeClock(), gone.signal);

    const next = merge.lines().next();
    gone.abort();

    await expect(next).resolves.toMatchObject({ done: true });
  });

  it('does not wait for a log that may block, and sends keep-alives while all logs are silent', async () => {
    const clock = new FakeClock(new Date(begin + 60_000));
    const gone = new AbortController();
    const silent: LogSource = {
      notBefore: timeOf(0),
      mayBlock: true,
      // eslint-disable-next-line require-yield -- one that is silent
      lines: async function* () {
        await new Promise(() => undefined);
      },
    };
    const merge = new LogMerge(sourcesOf(new Pods().source('p', [1, 2]), silent), clock, gone.signal);
    const items: unknown[] = [];
    void (async () => {
      for await (const item of merge.lines()) items.push(item === 'keepAlive' ? item : item.text);
    })();

    await clock.advance(199);
    const early = [...items];
    await clock.advance(1_000);
    const late = [...items];
    await clock.advance(29_500);
    gone.abort();

    expect([early, late]).toEqual([[], ['p 1', 'p 2']]);
    expect(items.slice(2)).toEqual(['keepAlive', 'keepAlive']);
  });
});

describe('the next step of a merge', () => {
  /** Long after everything was written and received. */
  const later = { wallMs: begin + 59_000, elapsedMs: 60_000 };
  const log = { notBefore: timeOf(0), mayBlock: false };
  const ready = (s: number, receivedMs = 0): MergedLog => ({
    log,
    state: { type: 'ready', line: lineOf('p', s, receivedMs), order: timeOf(s) },
  });
  const unopened = (s: number): MergedLog => ({ log: { ...log, notBefore: timeOf(s) }, state: { type: 'unopened' } });
  const pending: MergedLog = { log, state: { type: 'pending', sinceMs: 0 } };
  const recent: MergedLog = {
    log: { ...log, mayBlock: true },
    state: { type: 'pending', sinceMs: later.elapsedMs - 199 },
  };
  const blocked: MergedLog = { log: { ...log, mayBlock: true }, state: { type: 'pending', sinceMs: 0 } };

  /** A step with the index of its log. */
  type Expected = { do: 'open' | 'send'; log: number } | Extract<NextStep<never>, { do: 'wait' }>;
  const nextOf = (logs: readonly MergedLog[], now: typeof later): Expected => {
    const step = nextStep(logs, now);
    return step.do === 'wait' ? step : { do: step.do, log: logs.indexOf(step.log) };
  };

  it.each<[string, readonly MergedLog[], Expected]>([
    ['waits if there is no log', [], { do: 'wait' }],
    ['sends the older line', [ready(2), ready(1)], { do: 'send', log: 1 }],
    ['sends the first of two lines with the same time', [ready(1), ready(1)], { do: 'send', log: 0 }],
    ['waits for a log that may have an older line', [ready(2), pending], { do: 'wait', ms: 200 }],
    ['waits for a log that may block, for a while', [ready(2), recent], { do: 'wait', ms: 200 }],
    ['does not wait for blocked logs', [ready(2), blocked, blocked], { do: 'send', log: 0 }],
    ['opens the earliest log if there is no other', [unopened(5), unopened(3)], { do: 'open', log: 1 }],
    ['opens a log if all others are blocked', [blocked, unopened(5)], { do: 'open', log: 1 }],
    ['does not open a log before it is due', [ready(4), unopened(5)], { do: 'send', log: 0 }],
    ['opens a log that may have the older line', [ready(5), unopened(5)], { do: 'open', log: 1 }],
    ['does not open a log while an older line may come', [pending, unopened(5)], { do: 'wait', ms: 200 }],
    [
      'opens a log that may have an older line than the one that is ready, also while another is pending',
      [ready(6), pending, unopened(5)],
      { do: 'open', log: 2 },
    ],
    ['waits while all logs are blocked', [blocked, blocked], { do: 'wait' }],
  ])('%s', (_case, logs, expected) => {
    expect(nextOf(logs, later)).toEqual(expected);
  });

  it.each<[string, { wallMs: number; elapsedMs: number }, Expected]>([
    ['holds a new line', { wallMs: begin + 10_050, elapsedMs: 1_020 }, { do: 'wait', ms: 150 }],
    ['sends a line that was written long ago', { wallMs: begin + 10_200, elapsedMs: 1_000 }, { do: 'send', log: 0 }],
    [
      'sends a line that arrived long ago, regardless of the clock of its node',
      { wallMs: begin + 3_000, elapsedMs: 1_200 },
      { do: 'send', log: 0 },
    ],
  ])('%s while another log is blocked', (_case, now, expected) => {
    expect(nextOf([ready(10, 1_000), blocked], now)).toEqual(expected);
    expect(nextOf([ready(10, 1_000)], now)).toEqual({ do: 'send', log: 0 });
  });
});
