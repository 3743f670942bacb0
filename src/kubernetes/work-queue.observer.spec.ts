import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { WorkQueue, type HandlerResult, type WorkQueueObserver } from './work-queue.ts';

describe('the observer of a work queue', () => {
  function observed() {
    const calls: unknown[][] = [];
    const observer: WorkQueueObserver = {
      added: () => calls.push(['added']),
      started: (waitedMs) => calls.push(['started', waitedMs]),
      ended: (workedMs, result) => calls.push(['ended', workedMs, result]),
      retried: () => calls.push(['retried']),
    };
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, observer });
    const { promise, resolve, reject } = Promise.withResolvers<HandlerResult | void>();
    const run = () => void queue.run(() => promise, { concurrency: 1, signal: new AbortController().signal });
    return { calls, clock, queue, run, end: resolve, fail: reject };
  }

  it('is called with waiting time, processing time and result', async () => {
    const { calls, clock, queue, run, end } = observed();
    queue.add('a');
    queue.add('a');
    await clock.advance(30);
    run();
    await clock.advance(200);
    expect(queue.processingTimesMs()).toEqual([200]);
    end({ requeueAfterMs: 60_000 });
    await settle();
    expect(calls).toEqual([['added'], ['started', 30], ['ended', 200, 'requeue_after']]);
    expect(queue.processingTimesMs()).toEqual([]);
  });

  it('is called for a key that was added while it was processed', async () => {
    const { calls, clock, queue, run, end } = observed();
    run();
    queue.add('a');
    await clock.advance(10);
    queue.add('a');
    await clock.advance(5);
    end();
    await settle();
    expect(calls).toEqual([
      ['added'],
      ['started', 0],
      ['added'],
      ['ended', 15, 'success'],
      ['started', 5],
      ['ended', 0, 'success'],
    ]);
  });

  it('is called for failures and retries', async () => {
    const { calls, queue, run, fail } = observed();
    run();
    queue.add('a');
    fail(new Error('no'));
    await settle();
    expect(calls).toEqual([['added'], ['started', 0], ['retried'], ['ended', 0, 'error']]);
  });
});
