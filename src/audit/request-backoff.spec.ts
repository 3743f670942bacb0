import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { RequestBackoff } from './request-backoff.ts';

function aBackoff() {
  const clock = new FakeClock();
  return { clock, backoff: new RequestBackoff(clock, () => 0.5) };
}

const { signal } = new AbortController();

describe('the pause after failed requests', () => {
  it('grows with each failure in a row up to half a minute on average, and starts again after a success', async () => {
    const { clock, backoff } = aBackoff();
    const pauses: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      pauses.push(backoff.failed('ingest', 0));
      await clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);

    backoff.succeeded('ingest');
    expect(backoff.failed('ingest', 0)).toBe(125);
  });

  it('counts requests of each kind on its own: queries may succeed while events fail', async () => {
    const { clock, backoff } = aBackoff();
    await clock.advance(backoff.failed('ingest', 0));
    backoff.succeeded('query');
    await clock.advance(backoff.failed('query', 0));
    expect(backoff.failed('ingest', 0)).toBe(250);
  });

  it('counts requests that fail during a pause as one failure', async () => {
    const { clock, backoff } = aBackoff();
    for (let i = 0; i < 8; i += 1) expect(backoff.failed('ingest', 0)).toBe(125);
    await clock.advance(125);
    expect(backoff.failed('ingest', 0)).toBe(250);
  });

  it('is at least as long as required, and never becomes shorter', () => {
    const { backoff } = aBackoff();
    expect(backoff.failed('ingest', 30_000)).toBe(30_125);
    expect(backoff.failed('ingest', 0)).toBe(30_125);
    expect(backoff.failed('ingest', 60_000)).toBe(60_125);
  });
});

describe('a request', () => {
  it('waits for the end of the pause, also if it becomes longer', async () => {
    const { clock, backoff } = aBackoff();
    await expect(backoff.wait(signal)).resolves.toBe(true);
    backoff.failed('ingest', 0);
    let isOver = false;
    const waiting = backoff.wait(signal).then((result) => {
      isOver = true;
      return result;
    });
    backoff.failed('ingest', 1_000);
    await clock.advance(1_124);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await expect(waiting).resolves.toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is not made when the signal aborts during a pause', async () => {
    const { clock, backoff } = aBackoff();
    const stop = new AbortController();
    backoff.failed('ingest', 1_000);
    const waiting = backoff.wait(stop.signal);
    stop.abort();
    await expect(waiting).resolves.toBe(false);
    await expect(backoff.wait(stop.signal)).resolves.toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('is made after the signal has aborted if there is no pause', async () => {
    const { backoff } = aBackoff();
    await expect(backoff.wait(AbortSignal.abort())).resolves.toBe(true);
  });
});
