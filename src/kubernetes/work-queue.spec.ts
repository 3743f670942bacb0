import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CancelledError, ThrottledError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { WorkQueue, type HandlerResult, type KeyHandler } from './work-queue.ts';

const almostOne = () => 0.999_999;

function aQueue(options: { random?: () => number; isBackground?: (key: string) => boolean } = {}) {
  const clock = new FakeClock();
  const warnings: object[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const queue = new WorkQueue({ name: 'test', clock, random: almostOne, log, ...options });
  const stop = new AbortController();
  const run = (handler: KeyHandler, concurrency = 1) => queue.run(handler, { concurrency, signal: stop.signal });
  return { clock, queue, stop, run, warnings };
}

/** A handler that the test ends, and the order of its keys. */
function aHandler() {
  const started: string[] = [];
  const open = new Map<string, { end: (result?: HandlerResult) => void; fail: (error: Error) => void }>();
  const handler: KeyHandler = (key) =>
    new Promise((resolve, reject) => {
      started.push(key);
      open.set(key, { end: resolve, fail: reject });
    });
  const end = async (key: string, result?: HandlerResult) => {
    open.get(key)?.end(result);
    await settle();
  };
  const fail = async (key: string, error = new Error('no')) => {
    open.get(key)?.fail(error);
    await settle();
  };
  return { handler, started, end, fail };
}

describe('a work queue', () => {
  it('processes keys in order, up to the concurrency limit', async () => {
    const { queue, run } = aQueue();
    const { handler, started, end } = aHandler();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    void run(handler, 2);
    expect(started).toEqual(['a', 'b']);
    expect([queue.inFlight, queue.length]).toEqual([2, 1]);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('queues a waiting key once, however often it is added', () => {
    const { queue, run } = aQueue();
    const { handler, started } = aHandler();
    for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
    void run(handler, 5);
    expect(started).toEqual(['a', 'b']);
  });

  it('processes keys in the background when no others wait', async () => {
    const { queue, run } = aQueue({ isBackground: (key) => key.startsWith('old') });
    const { handler, started, end } = aHandler();
    for (const key of ['old1', 'old2', 'a', 'b']) queue.add(key);
    expect([queue.length, queue.foregroundLength]).toEqual([4, 2]);
    void run(handler);
    await end('a');
    queue.add('c');
    for (const key of ['b', 'c', 'old1', 'old2']) await end(key);

    expect(started).toEqual(['a', 'b', 'c', 'old1', 'old2']);
    expect(queue.length).toBe(0);
  });

  it('brings a waiting key to the foreground that is added again and no longer belongs to the background', () => {
    let isOld = true;
    const { queue, run } = aQueue({ isBackground: () => isOld });
    const { handler, started } = aHandler();
    for (const key of ['a', 'b', 'b']) queue.add(key);
    isOld = false;
    queue.add('b');
    expect([queue.length, queue.foregroundLength]).toEqual([2, 1]);
    void run(handler, 2);

    expect(started).toEqual(['b', 'a']);
  });

  it('processes a key again that was added while it was processed, once and after the others', async () => {
    const { queue, run } = aQueue();
    const { handler, started, end } = aHandler();
    void run(handler);
    queue.add('a');
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(started).toEqual(['a']);
    await end('a');
    await end('b');
    await end('a');
    expect(started).toEqual(['a', 'b', 'a']);
    expect([queue.inFlight, queue.length]).toEqual([0, 0]);
  });

  it('keeps the earliest of several delays', async () => {
    const { clock, queue, run } = aQueue();
    const { handler, started } = aHandler();
    void run(handler);
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    await clock.advance(99);
    expect(started).toEqual([]);
    await clock.advance(1);
    expect(started).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('requeues a key after the delay that its handler returned', async () => {
    const { clock, queue, run } = aQueue();
    const { handler, started, end } = aHandler();
    void run(handler);
    queue.add('a');
    await end('a', { requeueAfterMs: 1_000 });
    expect(started).toEqual(['a']);
    await clock.advance(1_000);
    expect(started).toEqual(['a', 'a']);
  });

  it('refuses a second run', () => {
    const { run } = aQueue();
    void run(aHandler().handler);
    expect(() => run(aHandler().handler)).toThrow('The queue "test" is already running');
  });
});

describe('failures of a key', () => {
  it('back off until it succeeds', async () => {
    const { clock, queue, run, warnings } = aQueue();
    const { handler, end, fail } = aHandler();
    void run(handler);
    queue.add('a');
    const waited: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await fail('a');
      waited.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }
    expect(waited).toEqual([99, 199, 399]);
    expect(queue.failures('a')).toBe(3);
    expect(warnings).toHaveLength(3);
    await end('a');
    expect(queue.failures('a')).toBe(0);
    queue.add('a');
    await fail('a');
    expect(clock.nextIn).toBe(99);
  });

  it('do not delay other keys', async () => {
    const { queue, run } = aQueue();
    const done: string[] = [];
    void run((key) => {
      if (key === 'poisoned') throw new Error('always');
      done.push(key);
      return Promise.resolve();
    });
    for (const key of ['poisoned', 'a', 'b']) queue.add(key);
    await settle();
    expect(done).toEqual(['a', 'b']);
  });

  it('respect a Retry-After', async () => {
    const { clock, queue, run } = aQueue({ random: () => 0 });
    const { handler, fail } = aHandler();
    void run(handler);
    queue.add('a');
    await fail('a', new ThrottledError('slow down', { retryAfterMs: 7_000 }));
    expect(clock.nextIn).toBe(7_000);
  });
});

describe('stopping a queue', () => {
  it('drain processes waiting keys, accepts no more and drops delayed ones', async () => {
    const { clock, queue, run } = aQueue();
    const { handler, started, end } = aHandler();
    const over = { run: false, drain: false };
    void run(handler).then(() => (over.run = true));
    queue.add('a');
    queue.add('b');
    queue.addAfter('later', 10);
    void queue.drain().then(() => (over.drain = true));
    queue.add('too-late');
    queue.addAfter('too-late', 0);
    await end('a');
    expect(over).toEqual({ run: false, drain: false });
    await end('b');
    await clock.advance(100);
    expect(over).toEqual({ run: true, drain: true });
    expect(started).toEqual(['a', 'b']);
  });

  it('drain resolves immediately when the queue is idle', async () => {
    await expect(aQueue().queue.drain()).resolves.toBeUndefined();
  });

  it('the signal of a run starts no more keys and waits for those in progress', async () => {
    const { queue, run, stop, warnings } = aQueue();
    const started: string[] = [];
    const running = run((key, signal) => {
      started.push(key);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new CancelledError('stopped'))));
    });
    queue.add('a');
    queue.add('b');
    stop.abort();
    await running;
    expect(started).toEqual(['a']);
    expect(queue.failures('a')).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('the signal of a run ends a drain', async () => {
    const { queue, run, stop } = aQueue();
    const { handler, end } = aHandler();
    void run(handler);
    queue.add('a');
    queue.add('never-started');
    const drained = queue.drain();
    stop.abort();
    await end('a');
    await drained;
    expect(queue.length).toBe(1);
  });

  it('a run with an aborted signal ends immediately', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.run(aHandler().handler, { concurrency: 1, signal: AbortSignal.abort() });
    expect(queue.inFlight).toBe(0);
  });
});

describe('under random load', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ act: fc.constant('add' as const), key }),
    fc.record({ act: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 500 }) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  );
  const outcome = fc.constantFrom('ok', 'ok', 'fail', 'again');

  it('no key is processed twice at the same time, the limit holds, and no key is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.array(outcome, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, outcomes, concurrency) => {
          const { clock, queue, run } = aQueue();
          const active = new Set<string>();
          /** Times at which a key was added; processing covers all earlier ones. */
          const owed = new Map<string, number[]>();
          const owe = (key: string, at: number) => owed.set(key, [...(owed.get(key) ?? []), at]);
          void run(async (key) => {
            expect(active.has(key)).toBe(false);
            active.add(key);
            expect(active.size).toBeLessThanOrEqual(concurrency);
            const now = clock.now().getTime();
            owed.set(
              key,
              (owed.get(key) ?? []).filter((at) => at > now),
            );
            await new Promise<void>((resolve) => clock.setTimer(20, resolve));
            active.delete(key);
            const next = outcomes.pop() ?? 'ok';
            if (next === 'fail') throw new Error('injected');
            return next === 'again' ? { requeueAfterMs: 50 } : undefined;
          }, concurrency);

          for (const one of steps) {
            if (one.act === 'wait') await clock.advance(one.ms);
            if (one.act === 'addAfter') queue.addAfter(one.key, one.ms);
            if (one.act !== 'add') continue;
            owe(one.key, clock.now().getTime());
            queue.add(one.key);
          }
          // Longer than every delay and backoff.
          await clock.advance(3_600_000);
          expect([...owed.values()].flat()).toEqual([]);
          expect([queue.length, queue.inFlight, clock.pending]).toEqual([0, 0, 0]);
          await queue.drain();
        },
      ),
      { numRuns: 100 },
    );
  });
});
