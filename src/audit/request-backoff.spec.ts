import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { RequestBackoff } from './request-backoff.ts';

function aBackoff() {
  const clock = new FakeClock();
  return { clock, backoff: new RequestBackoff(clock, () => 0.5) };
}

/** The pause of all requests now, in milliseconds. */
async function pauseOf({ clock, backoff }: ReturnType<typeof aBackoff>): Promise<number> {
  const startMs = clock.elapsedMs();
  const waiting = backoff.wait(signal);
  await clock.advance(clock.nextIn ?? 0);
  await waiting;
  return clock.elapsedMs() - startMs;
}

const { signal } = new AbortController();

describe('the pause of all requests', () => {
  it('grows with each correlation id that fails up to half a minute on average, and starts again after a success', async () => {
    const { clock, backoff } = aBackoff();
    const pauses: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      backoff.failed('ingest', `rr-${i}`, 0);
      pauses.push(await pauseOf({ clock, backoff }));
    }
    expect(pauses).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);

    backoff.succeeded('ingest', 'other');
    backoff.failed('ingest', 'rr', 0);
    expect(await pauseOf({ clock, backoff })).toBe(125);
  });

  it('does not grow if the same correlation id fails again', async () => {
    const { clock, backoff } = aBackoff();
    const pauses: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      backoff.failed('ingest', 'rr', 0);
      pauses.push(await pauseOf({ clock, backoff }));
    }
    expect(pauses).toEqual([125, 125, 125, 125, 125]);
  });

  it('counts requests of each kind on its own: queries may succeed while events fail', async () => {
    const { clock, backoff } = aBackoff();
    backoff.failed('ingest', 'a', 0);
    await pauseOf({ clock, backoff });
    backoff.succeeded('query', 'other');
    backoff.failed('ingest', 'b', 0);
    expect(await pauseOf({ clock, backoff })).toBe(250);
    backoff.failed('query', 'c', 0);
    expect(await pauseOf({ clock, backoff })).toBe(125);
  });

  it('counts requests that fail during a pause as one failure', async () => {
    const { clock, backoff } = aBackoff();
    for (let i = 0; i < 8; i += 1) backoff.failed('ingest', `rr-${i}`, 0);
    expect(await pauseOf({ clock, backoff })).toBe(125);
    backoff.failed('ingest', 'rr', 0);
    expect(await pauseOf({ clock, backoff })).toBe(250);
  });

  it('is at least as long as required, and never becomes shorter', async () => {
    const { clock, backoff } = aBackoff();
    backoff.failed('ingest', 'a', 30_000);
    backoff.failed('ingest', 'b', 0);
    backoff.failed('ingest', 'c', 60_000);
    backoff.failed('ingest', 'd', 30_000);
    expect(await pauseOf({ clock, backoff })).toBe(60_125);
  });
});

describe('the delay of a correlation id', () => {
  it('grows with each of its failures in a row, whatever happens to others', async () => {
    const { clock, backoff } = aBackoff();
    const delays: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      delays.push(backoff.failed('ingest', 'rr', 0));
      backoff.succeeded('ingest', 'other');
      await clock.advance(1_000);
    }
    expect(delays).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);

    backoff.progressed('rr');
    expect(backoff.failed('ingest', 'rr', 0)).toBe(125);
  });

  it('counts requests of each kind on its own: queries may succeed while its event fails', async () => {
    const { clock, backoff } = aBackoff();
    const delays: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      delays.push(backoff.failed('ingest', 'rr', 0));
      await clock.advance(1_000);
      delays.push(backoff.failed('query', 'rr', 0));
      await clock.advance(1_000);
      backoff.succeeded('query', 'rr');
    }
    expect(delays).toEqual([125, 125, 250, 125, 500, 125, 1_000, 125]);
  });

  it('lasts at least as long as the pause of all requests', () => {
    const { backoff } = aBackoff();
    expect(backoff.failed('ingest', 'a', 30_000)).toBe(30_125);
    expect(backoff.failed('query', 'b', 0)).toBe(30_125);
  });
});

describe('a request', () => {
  it('waits for the end of the pause, also if it becomes longer', async () => {
    const { clock, backoff } = aBackoff();
    await expect(backoff.wait(signal)).resolves.toBe(true);
    backoff.failed('ingest', 'a', 0);
    let isOver = false;
    const waiting = backoff.wait(signal).then((result) => {
      isOver = true;
      return result;
    });
    backoff.failed('ingest', 'b', 1_000);
    await clock.advance(1_124);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await expect(waiting).resolves.toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is not made when the signal aborts during a pause', async () => {
    const { clock, backoff } = aBackoff();
    const stop = new AbortController();
    backoff.failed('ingest', 'a', 1_000);
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
