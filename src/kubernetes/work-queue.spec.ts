import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CancelledError, ThrottledError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { WorkQueue, type HandlerResult, type KeyHandler } from './work-queue.ts';

const almostOne = () => 0.999_999;

function aQueue(options: { random?: () => number } = {}) {
  const clock = new FakeClock();
  const warnings: object[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const queue = new WorkQueue({ name: 'test', clock, random: almostOne, log, ...options });
  const stop = new AbortController();
  const run = (handler: KeyHandler, concurrency = 1) => queue.run(handler, { concurrency, signal: stop.signal });
  return { clock, queue, stop, run, warnings };
}

/** A handler that ends when the test says so, and the order in which keys came to it. */
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
  it('hands keys out in the order they came, as many at once as it may', async () => {
    const { queue, run } = aQueue();
    const { handler, started, end } = aHandler();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    void run(handler, 2);
    expect(started).toEqual(['a', 'b']);
    expect([queue.inFlight, queue.length]).toEqual([2, 1]);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('holds a waiting key once, however often it was added', () => {
    const { queue, run } = aQueue();
    const { handler, started } = aHandler();
    for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
    void run(handler, 5);
    expect(started).toEqual(['a', 'b']);
  });

  it('comes back to a key that was added while it was in work, once and after the others', async () => {
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

  it('comes back to a key when its handler asked for that', async () => {
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

describe('failures', () => {
  it('back off per key, and a success ends that', async () => {
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
  });

  it('never wait longer than the longest backoff', async () => {
    const { clock, queue } = aQueue();
    for (let i = 0; i < 50; i++) {
      queue.addRateLimited('a');
      expect(clock.nextIn).toBeLessThan(120_000);
      await clock.advance(120_000);
    }
    queue.forget('a');
    queue.addRateLimited('a');
    expect(clock.nextIn).toBe(99);
  });

  it('of one key do not hold up another', async () => {
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

  it('that carry a Retry-After wait at least as long', async () => {
    const { clock, queue, run } = aQueue({ random: () => 0 });
    const { handler, fail } = aHandler();
    void run(handler);
    queue.add('a');
    await fail('a', new ThrottledError('slow down', { retryAfterMs: 7_000 }));
    expect(clock.nextIn).toBe(7_000);
  });
});

describe('the end of a queue', () => {
  it('drains: works off what is ready, takes nothing more, forgets what is delayed', async () => {
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

  it('is at once when nothing is to be done', async () => {
    await expect(aQueue().queue.drain()).resolves.toBeUndefined();
  });

  it('by its signal hands nothing more out, and waits for what is in work', async () => {
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

  it('by its signal bounds a drain', async () => {
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

  it('is reached by a run whose signal has aborted before', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.run(aHandler().handler, { concurrency: 1, signal: AbortSignal.abort() });
    expect(queue.inFlight).toBe(0);
  });
});

describe('whatever happens', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ act: fc.constant('add' as const), key }),
    fc.record({ act: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 500 }) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  );
  const outcome = fc.constantFrom('ok', 'ok', 'fail', 'again');

  it('a key is never in work twice at once, the limit holds, and nothing added is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.array(outcome, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, outcomes, concurrency) => {
          const { clock, queue, run } = aQueue();
          const inWork = new Set<string>();
          /** Times at which a key was to be looked at; a start looks after everything up to now. */
          const owed = new Map<string, number[]>();
          const owe = (key: string, at: number) => owed.set(key, [...(owed.get(key) ?? []), at]);
          void run(async (key) => {
            expect(inWork.has(key)).toBe(false);
            inWork.add(key);
            expect(inWork.size).toBeLessThanOrEqual(concurrency);
            const now = clock.now().getTime();
            owed.set(
              key,
              (owed.get(key) ?? []).filter((at) => at > now),
            );
            await new Promise<void>((resolve) => clock.setTimer(20, resolve));
            inWork.delete(key);
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
          // Long enough for every delay and backoff; then all debts are paid and nothing is left.
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
