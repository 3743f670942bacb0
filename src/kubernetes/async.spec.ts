import { describe, expect, it } from '@jest/globals';
import { pace, Signal, sleep, waitFor } from './async.ts';
import { CancelledError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';

function aRun(items: readonly string[], withinMs: number, tookMs: readonly number[] = []) {
  const [clock, stop] = [new FakeClock(), new AbortController()];
  const [begunAt, seen] = [clock.elapsedMs(), [] as [string, number][]];
  const run = (async () => {
    for await (const item of pace(items, withinMs, clock, stop.signal)) {
      seen.push([item, clock.elapsedMs() - begunAt]);
      await sleep(clock, tookMs[seen.length - 1] ?? 0);
    }
    return clock.elapsedMs() - begunAt;
  })();
  return { clock, stop, seen, run };
}

describe('pace', () => {
  it('yields items evenly spread over the period, the first immediately', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c', 'd'], 1_000);
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['a', 0],
      ['b', 250],
      ['c', 500],
      ['d', 750],
    ]);
    expect(await run).toBe(750);
  });

  it('catches up without pauses after an item took too long', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c', 'd'], 1_000, [100, 400]);
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['a', 0],
      ['b', 250],
      ['c', 650],
      ['d', 750],
    ]);
    await run;
  });

  it('yields items back to back for a period of 0', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c'], 0);
    await clock.advance(0);
    expect(await run).toBe(0);
    expect(seen.map(([item]) => item)).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('stops in the middle of a pause when the signal aborts', async () => {
    const { clock, stop, seen, run } = aRun(['a', 'b', 'c'], 900);
    await clock.advance(450);
    stop.abort();
    expect(await run).toBe(450);
    expect(seen.map(([item]) => item)).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('yields nothing for no items', async () => {
    const { run, seen } = aRun([], 1_000);
    expect(await run).toBe(0);
    expect(seen).toEqual([]);
  });
});

describe('sleep', () => {
  const slept = (clock: FakeClock, signal?: AbortSignal) => {
    const state = { over: false };
    void sleep(clock, 1_000, signal).then(() => (state.over = true));
    return state;
  };

  it('lasts for the given time', async () => {
    const clock = new FakeClock();
    const state = slept(clock);
    await clock.advance(999);
    expect(state.over).toBe(false);
    await clock.advance(1);
    expect(state.over).toBe(true);
  });

  it('ends when the signal aborts and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const state = slept(clock, controller.signal);
    controller.abort();
    await settle();
    expect(state.over).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('ends immediately when the signal has aborted', async () => {
    const clock = new FakeClock();
    const state = slept(clock, AbortSignal.abort());
    await settle();
    expect(state.over).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('waitFor', () => {
  const aCondition = () => {
    const state = { isMet: false };
    const checks = new Set<() => void>();
    const subscribe = (check: () => void) => {
      checks.add(check);
      return () => checks.delete(check);
    };
    const wait = (signal?: AbortSignal) => waitFor(() => state.isMet, subscribe, 'the condition', signal);
    return { state, checks, wait };
  };

  it('resolves when a change fulfils the condition', async () => {
    const { state, checks, wait } = aCondition();
    const waiting = wait();
    for (const check of checks) check();
    state.isMet = true;
    for (const check of checks) check();
    await waiting;
    expect(checks.size).toBe(0);
  });

  it('rejects when the signal aborts, before or during the wait', async () => {
    const { checks, wait } = aCondition();
    const stop = new AbortController();
    const waiting = wait(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow('Waiting for the condition was cancelled');
    await expect(wait(stop.signal)).rejects.toThrow(CancelledError);
    expect(checks.size).toBe(0);
  });
});

describe('a signal', () => {
  it('wakes its waiter, and keeps a notification for the next wait', async () => {
    const signal = new Signal();
    signal.notify();
    await signal.wait();
    let isAwake = false;
    const waiting = signal.wait().then(() => (isAwake = true));
    await settle();
    expect(isAwake).toBe(false);
    signal.notify();
    await waiting;
  });
});
