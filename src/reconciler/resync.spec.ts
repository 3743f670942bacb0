import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { Lease } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import type { WorkQueue } from '../kubernetes/work-queue.ts';
import type { TargetLocks } from '../locking/target-locks.ts';
import type { Informers } from './informers.ts';
import type { PipelineRunSweep } from './cleanup/pipeline-run-sweep.ts';
import { Resync } from './resync.ts';

const resyncMs = 600_000;

/**
 * A resync of the executions a, b and c, and the locks k, l, m. Its actions are recorded
 * with their time in seconds.
 */
function aResync({ failing = '', collectMs = 0 } = {}) {
  const [clock, stop] = [new FakeClock(), new AbortController()];
  const [begunAt, done, warnings] = [clock.elapsedMs(), [] as string[], [] as object[]];
  const note = (what: string) => done.push(`${(clock.elapsedMs() - begunAt) / 1_000} ${what}`);
  const queue = { add: (key: string) => note(`enqueue ${key}`) };
  const informers = { relist: () => note('relist'), executionKeys: () => ['a', 'b', 'c'] };
  const leases = { store: { list: () => ['k', 'l', 'm'].map((name) => ({ metadata: { name } })) } };
  const locks = {
    async collect(name: string) {
      note(`collect ${name}`);
      if (name === failing) throw new Error('no');
      if (collectMs > 0) await new Promise<void>((resolve) => clock.setTimer(collectMs, resolve));
    },
  };
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const resync = new Resync(
    queue as unknown as WorkQueue,
    informers as unknown as Informers,
    { once: () => Promise.resolve(note('sweep')) } as unknown as PipelineRunSweep,
    locks as unknown as TargetLocks,
    leases as unknown as Reflector<Lease>,
    { resyncMs },
    clock,
    log,
  );
  return { resync, clock, stop, done, warnings };
}

describe('a resync', () => {
  it('lists everything again and spreads executions and locks over its time', async () => {
    const { resync, clock, stop, done } = aResync();
    const running = resync.once(resyncMs, stop.signal);
    await clock.advance(resyncMs);
    await running;
    expect(done).toEqual([
      ...['0 relist', '0 sweep', '0 enqueue a', '0 collect k', '200 enqueue b', '200 collect l'],
      ...['400 enqueue c', '400 collect m'],
    ]);
  });

  it('logs a lock that cannot be collected and continues with the next', async () => {
    const { resync, stop, done, warnings } = aResync({ failing: 'l' });
    await resync.once(0, stop.signal);
    expect(warnings).toEqual([{ lease: 'l', err: new Error('no') }]);
    expect(done).toContain('0 collect m');
  });
});

describe('regular resyncs', () => {
  it('start after each interval, after a first sweep of PipelineRuns, and stop in the middle of one when the signal aborts', async () => {
    const { resync, clock, stop, done } = aResync();
    const running = resync.run(stop.signal);
    await clock.advance(resyncMs - 1);
    expect(done).toEqual(['0 sweep']);
    await clock.advance(1);
    await clock.advance(resyncMs);
    expect(done.filter((what) => what.endsWith('relist'))).toHaveLength(2);
    stop.abort();
    await running;
    const before = done.length;
    await clock.advance(resyncMs);
    expect(done).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });

  it('do not overlap: one that takes longer delays the next', async () => {
    const { resync, clock, stop, done } = aResync({ collectMs: resyncMs });
    const running = resync.run(stop.signal);
    for (let i = 0; i < 4; i += 1) await clock.advance(resyncMs);
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
