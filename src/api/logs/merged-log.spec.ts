import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { MergedLog, type LogSource } from './merged-log.ts';
import type { ArrivedLine } from './pod-log.ts';
import { idle } from './step-log.ts';

const begin = Date.parse('2026-01-31T09:15:00Z');
const timeOf = (s: number) => new Date(begin + s * 1_000).toISOString().replace('Z', '000000Z');

function lineOf(pod: string, second: number): ArrivedLine {
  return { time: timeOf(second), task: pod, step: 's', pod, text: `${pod} ${second}`, partial: false, arrivedMs: 0 };
}

/** Sources of which each notes how far it was read. */
class Pods {
  readonly reading = new Set<string>();
  mostOpen = 0;
  ahead = 0;

  source(pod: string, seconds: readonly number[]): LogSource {
    const { reading } = this;
    const opened = () => {
      reading.add(pod);
      this.mostOpen = Math.max(this.mostOpen, reading.size);
    };
    const handed = () => this.ahead++;
    return {
      notBefore: timeOf(seconds[0] ?? 0),
      // eslint-disable-next-line @typescript-eslint/require-await -- lines that are there
      read: async function* () {
        opened();
        for (const second of seconds) {
          handed();
          yield lineOf(pod, second);
        }
        reading.delete(pod);
      },
    };
  }
}

const never = new AbortController().signal;

describe('several logs as one', () => {
  it('are ordered by time, and none of their lines is left out', async () => {
    const log = fc.array(fc.nat({ max: 50 }), { maxLength: 10 }).map((all) => all.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(log, { maxLength: 6 }), async (logs) => {
        const merged = new MergedLog(new FakeClock());
        const pods = new Pods();
        logs.forEach((seconds, i) => merged.add(pods.source(`p${i}`, seconds)));

        const told: ArrivedLine[] = [];
        for await (const line of merged.lines(() => 'complete', never)) {
          if (line !== idle) told.push({ arrivedMs: 0, ...line });
          // One line of each is held, and no more.
          expect(pods.ahead - told.length).toBeLessThanOrEqual(logs.length);
        }

        expect(told.map(({ time }) => time)).toEqual(told.map(({ time }) => time).toSorted());
        const expected = logs.flatMap((seconds, i) => seconds.map((second) => `p${i} ${second}`));
        expect(told.map(({ text }) => text).toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('are open only when their time has come', async () => {
    const merged = new MergedLog(new FakeClock());
    const pods = new Pods();
    for (let i = 0; i < 50; i++) merged.add(pods.source(`p${i}`, [10 * i, 10 * i + 1, 10 * i + 2]));

    let lines = 0;
    for await (const line of merged.lines(() => 'complete', never)) if (line !== idle) lines++;

    expect(lines).toBe(150);
    expect(pods.mostOpen).toBe(1);
  });

  it('keep the order of a log whose clock was set back', async () => {
    const merged = new MergedLog(new FakeClock());
    merged.add(new Pods().source('p', [5, 2, 6]));
    merged.add(new Pods().source('q', [3, 4, 7]));

    const told: string[] = [];
    for await (const line of merged.lines(() => 'complete', never)) if (line !== idle) told.push(line.text);

    expect(told.filter((text) => text.startsWith('p'))).toEqual(['p 5', 'p 2', 'p 6']);
    expect(told).toHaveLength(6);
  });

  it('fail when one of them does', async () => {
    const merged = new MergedLog(new FakeClock());
    const failure = new Error('out of reach');
    merged.add({
      notBefore: timeOf(0),
      // eslint-disable-next-line require-yield, @typescript-eslint/require-await -- one that fails
      read: async function* () {
        throw failure;
      },
    });

    await expect(merged.lines(() => 'complete', never).next()).rejects.toBe(failure);
  });

  it('end when nobody wants them any more', async () => {
    const gone = new AbortController();
    const merged = new MergedLog(new FakeClock());

    const next = merged.lines(() => 'begun', gone.signal).next();
    gone.abort();

    await expect(next).resolves.toMatchObject({ done: true });
  });
});
