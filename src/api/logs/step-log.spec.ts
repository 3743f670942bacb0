import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidError, KubernetesError, NotFoundError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { ContainerState } from '../../tekton/task-pod.ts';
import { idle, StepLog, type LogEnd, type LoggedContainer } from './step-log.ts';

/** A line as its container has written it. */
interface Written {
  /** Nanoseconds. */
  readonly at: number;
  readonly text: string;
}

const begin = Date.parse('2026-01-31T09:15:00Z');
const timeOf = (ns: number) =>
  `${new Date(begin + Math.floor(ns / 1e9) * 1_000).toISOString().slice(0, 19)}.${String(ns % 1e9).padStart(9, '0')}Z`;

/** How a request for a log goes: it is refused, or its answer breaks off or ends after so many bytes, or is whole. */
type Weather =
  { readonly refuse: KubernetesError } | { readonly cutAfter: number } | { readonly endAfter: number } | 'fair';

/**
 * A container whose log is asked for as a kubelet gives it: from a second on, whole lines with their times, and until
 * the container ends when it is followed.
 */
class Kubelet implements LoggedContainer {
  current: ContainerState | 'gone' = 'ended';
  readonly asked: { follow: boolean; sinceTime?: string }[] = [];
  private readonly weather: Weather[];

  constructor(
    private readonly written: readonly Written[],
    weather: readonly Weather[] = [],
  ) {
    this.weather = [...weather];
  }

  state(): ContainerState | 'gone' {
    return this.current;
  }

  /** What a pod tells comes soon enough. */
  changed(): Promise<void> {
    return Promise.resolve();
  }

  open(query: { follow: boolean; sinceTime?: string }): Promise<Readable> {
    this.asked.push(query);
    const weather = this.weather.shift() ?? 'fair';
    if (weather !== 'fair' && 'refuse' in weather) return Promise.reject(weather.refuse);
    const from = query.sinceTime === undefined ? 0 : (Date.parse(query.sinceTime.slice(0, 19) + 'Z') - begin) * 1e6;
    const lines = this.written.filter(({ at }) => at >= from).map(({ at, text }) => `${timeOf(at)} ${text}\n`);
    const bytes = Buffer.from(lines.join(''));
    if (weather === 'fair') this.current = 'ended';
    if (weather === 'fair') return Promise.resolve(Readable.from([bytes]));
    const body = 'endAfter' in weather ? [bytes.subarray(0, weather.endAfter)] : cut(bytes, weather.cutAfter);
    return Promise.resolve(Readable.from(body));
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream that breaks off
async function* cut(bytes: Buffer, after: number): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, after);
  throw new Error('connection reset');
}

async function readAll(container: LoggedContainer, follow = false) {
  const clock = new FakeClock();
  const log = new StepLog(container, { follow, clock, random: () => 0, signal: new AbortController().signal });
  const parts = log.read();
  const texts: string[] = [];
  for (;;) {
    const next = parts.next();
    let settled = false;
    void next.finally(() => (settled = true)).catch(() => undefined);
    for (let turns = 0; !settled; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turns > 3) await clock.advance(1_000);
    }
    const { done, value } = await next;
    if (done === true) return { texts, end: value };
    if (value !== idle) texts.push(value.text);
  }
}

const whole: LogEnd = { state: 'whole' };

const refused: Weather = { refuse: new KubernetesError('dial tcp: connection refused', { status: 500 }) };

describe('the log of a step', () => {
  it('is told once and whole, wherever and however often its connection breaks', async () => {
    const line = fc.record({
      // Many of the same time, and of the same second.
      step: fc.constantFrom(0, 0, 1, 400_000_000, 1_000_000_000),
      text: fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
    });
    const weather = fc.oneof(
      fc.nat({ max: 800 }).map((cutAfter): Weather => ({ cutAfter })),
      fc.nat({ max: 800 }).map((endAfter): Weather => ({ endAfter })),
      fc.constant<Weather>({ refuse: new UnavailableError('down', { status: 502 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        // Fewer in a row than what counts as out of reach.
        fc.array(weather, { maxLength: 5 }),
        fc.boolean(),
        async (lines, weathers, follow) => {
          let at = 0;
          const written = lines.map(({ step, text }, i) => ({ at: (at += step), text: `${i} ${text}` }));
          // An answer that ends too early is found out, but not two that end in the same place.
          const isEarly = (each: Weather) => typeof each === 'object' && 'endAfter' in each;
          const first = weathers.findIndex(isEarly);
          const kubelet = new Kubelet(
            written,
            weathers.filter((each, i) => follow || !isEarly(each) || i === first),
          );
          kubelet.current = follow ? 'running' : 'ended';

          const { texts, end } = await readAll(kubelet, follow);

          expect(texts).toEqual(written.map(({ text }) => text));
          expect(end).toEqual(whole);
        },
      ),
    );
  });

  it('is asked for from where it broke off', async () => {
    const written = [
      { at: 0, text: 'a' },
      { at: 5_500_000_000, text: 'b' },
      { at: 5_600_000_000, text: 'c' },
    ];
    const kubelet = new Kubelet(written, [{ cutAfter: 2 * 33 }]);

    const { texts } = await readAll(kubelet);

    expect(texts).toEqual(['a', 'b', 'c']);
    const [b, c] = [timeOf(5_500_000_000), timeOf(5_600_000_000)];
    expect(kubelet.asked.map(({ sinceTime }) => sinceTime)).toEqual([undefined, b, c]);
  });

  it.each([0, 20, 34, 50, 70])(
    'is not over where the API server says so after %d bytes, because it has lost the kubelet',
    async (endAfter) => {
      const kubelet = new Kubelet(
        [
          { at: 1, text: 'a' },
          { at: 2, text: 'b' },
        ],
        [{ endAfter }],
      );

      await expect(readAll(kubelet)).resolves.toEqual({ texts: ['a', 'b'], end: whole });
    },
  );

  it('is asked for once when its container runs, and it is not followed', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }], [{ endAfter: 100 }]);
    kubelet.current = 'running';

    await expect(readAll(kubelet)).resolves.toEqual({ texts: ['a'], end: whole });
    expect(kubelet.asked).toHaveLength(1);
  });

  it('is waited for until its container starts, when it is followed', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }]);
    const states: (ContainerState | 'gone')[] = ['waiting', 'waiting', 'running'];
    kubelet.state = () => states.shift() ?? 'ended';

    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: ['a'], end: whole });
  });

  it('is empty while its container waits, when it is not followed, and when it never starts', async () => {
    const kubelet = new Kubelet([]);

    kubelet.current = 'waiting';
    await expect(readAll(kubelet)).resolves.toEqual({ texts: [], end: whole });
    kubelet.current = 'never';
    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: [], end: whole });
    expect(kubelet.asked).toEqual([]);
  });

  it('ends with its pod', async () => {
    const refusal = { refuse: new NotFoundError('no such pod', { status: 404 }) };

    await expect(readAll(new Kubelet([], [refusal]))).resolves.toEqual({ texts: [], end: { state: 'gone' } });
  });

  it('can not be read when its node has lost it, and says so after some tries', async () => {
    const error = new InvalidError('previous terminated container not found', { status: 400 });
    const kubelet = new Kubelet([], Array<Weather>(20).fill({ refuse: error }));

    await expect(readAll(kubelet)).resolves.toEqual({ texts: [], end: { state: 'unreadable', error } });
    expect(kubelet.asked).toHaveLength(6);
  });

  it.each([
    ['is waited for when its container has ended, also when it is followed', true, 'ended', [], false],
    ['is not waited for while its container runs', true, 'running', [], true],
    ['is not waited for when its container has ended and its node has failed', true, 'ended', [refused], true],
    ['is waited for when it is not followed, also when its node has failed', false, 'ended', [refused], false],
  ] as const)('%s', async (_, follow, state, weather, isIdle) => {
    const kubelet = new Kubelet([], weather);
    kubelet.current = state;
    const open = kubelet.open.bind(kubelet);
    const never = new Promise<Readable>(() => undefined);
    kubelet.open = (query) => (kubelet.asked.length < weather.length ? open(query) : never);
    const clock = new FakeClock();
    const log = new StepLog(kubelet, { follow, clock, random: () => 0, signal: new AbortController().signal });

    const told: unknown[] = [];
    void log
      .read()
      .next()
      .then(({ value }) => told.push(value));
    await clock.advance(10_000);

    expect(told).toEqual(isIdle ? [idle] : []);
  });

  it('is tried again for as long as its container runs, when it is followed', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }], Array<Weather>(20).fill(refused));
    kubelet.current = 'running';

    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: ['a'], end: whole });
  });

  it.each([new UnavailableError('no connection'), new UnavailableError('busy', { status: 503 })])(
    'fails when the API server is out of reach: %s',
    async (error) => {
      await expect(readAll(new Kubelet([], Array<Weather>(20).fill({ refuse: error })))).rejects.toBe(error);
    },
  );
});
