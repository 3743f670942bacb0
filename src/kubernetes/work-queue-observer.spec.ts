import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { WorkQueue, type HandlerResult, type WorkQueueObserver } from './work-queue.ts';

describe('the observer of a work queue', () => {
  function observed() {
    const told: unknown[][] = [];
    const observer: WorkQueueObserver = {
      added: () => told.push(['added']),
      started: (waitedMs) => told.push(['started', waitedMs]),
      ended: (workedMs, result) => told.push(['ended', workedMs, result]),
      retried: () => told.push(['retried']),
    };
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, observer });
    const { promise, resolve, reject } = Promise.withResolvers<HandlerResult | void>();
    const run = () => void queue.run(() => promise, { concurrency: 1, signal: new AbortController().signal });
    return { told, clock, queue, run, end: resolve, fail: reject };
  }

  it('is told how long a key waited and was in work, and how that ended', async () => {
    const { told, clock, queue, run, end } = observed();
    queue.add('a');
    queue.add('a');
    await clock.advance(30);
    run();
    await clock.advance(200);
    expect(queue.processingTimesMs()).toEqual([200]);
    end({ requeueAfterMs: 60_000 });
    await settle();
    expect(told).toEqual([['added'], ['started', 30], ['ended', 200, 'requeue_after']]);
    expect(queue.processingTimesMs()).toEqual([]);
  });

  it('is told of a key that was added while it was in work, and since when it waits', async () => {
    const { told, clock, queue, run, end } = observed();
    run();
    queue.add('a');
    await clock.advance(10);
    queue.add('a');
    await clock.advance(5);
    end();
    await settle();
    expect(told).toEqual([
      ['added'],
      ['started', 0],
      ['added'],
      ['ended', 15, 'success'],
      ['started', 5],
      ['ended', 0, 'success'],
    ]);
  });

  it('is told that a key failed and is tried again', async () => {
    const { told, queue, run, fail } = observed();
    run();
    queue.add('a');
    fail(new Error('no'));
    await settle();
    expect(told).toEqual([['added'], ['started', 0], ['retried'], ['ended', 0, 'error']]);
  });
});
