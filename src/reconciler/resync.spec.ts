import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SchedulerRegistry } from '@nestjs/schedule';
import { FakeClock, settle } from '../kubernetes/fake-clock.builders.ts';
import type { Lease } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import type { WorkQueue } from '../kubernetes/work-queue.ts';
import type { TargetLocks } from '../locking/target-locks.ts';
import { LockGc } from './lock-gc.ts';
import type { Informers } from './informers.ts';
import type { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';
import { Resync } from './resync.ts';

const resyncMs = 600_000;

/** A resync of the executions a and b, the PipelineRun of a deleted execution c, and the locks k, l, m; what it does is noted with the seconds since its begin. */
function aResync({ troubled = '', collectMs = 0 } = {}) {
  const [clock, stop, scheduler] = [new FakeClock(), new AbortController(), new SchedulerRegistry()];
  const [begunAt, done, warnings] = [clock.elapsedMs(), [] as string[], [] as object[]];
  const note = (what: string) => done.push(`${(clock.elapsedMs() - begunAt) / 1_000} ${what}`);
  const queue = { add: (key: string) => note(`look at ${key}`) };
  const mirrors = { relist: () => note('relist'), executionKeys: () => ['a', 'b'] };
  const leases = { store: { list: () => ['k', 'l', 'm'].map((name) => ({ metadata: { name } })) } };
  const locks = {
    async collect(name: string) {
      note(`collect ${name}`);
      if (name === troubled) throw new Error('no');
      if (collectMs > 0) await new Promise<void>((resolve) => clock.setTimer(collectMs, resolve));
    },
  };
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const collector = new LockGc(locks as unknown as TargetLocks, leases as unknown as Reflector<Lease>, clock, log);
  const resync = new Resync(
    queue as unknown as WorkQueue,
    mirrors as unknown as Informers,
    collector,
    scheduler,
    { resyncMs },
    clock,
    { orphans: () => ['c'] } as unknown as PipelineRunRetention,
  );
  return { resync, clock, stop, done, warnings, scheduler };
}

describe('a resync', () => {
  it('lists everything again and spreads the looks at executions and locks over its time', async () => {
    const { resync, clock, stop, done } = aResync();
    const running = resync.once(resyncMs, stop.signal);
    await clock.advance(resyncMs);
    await running;
    expect(done).toEqual([
      ...['0 relist', '0 look at a', '0 collect k', '200 look at b', '200 collect l'],
      ...['400 look at c', '400 collect m'],
    ]);
  });

  it('tells of a lock that makes trouble, and goes on with the next', async () => {
    const { resync, stop, done, warnings } = aResync({ troubled: 'l' });
    await resync.once(0, stop.signal);
    expect(warnings).toEqual([{ lease: 'l', err: new Error('no') }]);
    expect(done).toContain('0 collect m');
  });
});

describe('regular resyncs', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Moves the clock and the interval on, both by `resyncMs`. */
  async function pass(clock: FakeClock) {
    await clock.advance(resyncMs);
    jest.advanceTimersByTime(resyncMs);
    await settle();
  }

  it('begin after the first interval, come at each, and end with the signal in the middle of one', async () => {
    const { resync, clock, stop, done, scheduler } = aResync();
    const running = resync.run(stop.signal);
    await clock.advance(resyncMs - 1);
    expect(done).toEqual([]);
    await pass(clock);
    await pass(clock);
    expect(done.filter((what) => what.endsWith('relist'))).toHaveLength(2);
    stop.abort();
    await running;
    const before = done.length;
    await pass(clock);
    expect(done).toHaveLength(before);
    expect(scheduler.getIntervals()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('are one at a time: one that takes longer goes on instead of the next', async () => {
    const { resync, clock, stop, done } = aResync({ collectMs: resyncMs });
    const running = resync.run(stop.signal);
    for (let i = 0; i < 4; i += 1) await pass(clock);
    expect(done.filter((what) => / relist| collect k/.test(what)).map((what) => what.split(' ')[1])).toEqual([
      'relist',
      'collect',
      'relist',
      'collect',
    ]);
    stop.abort();
    await clock.advance(resyncMs);
    await running;
  });
});
