import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidError, KubernetesError, NotFoundError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { ContainerState } from '../../tekton/task-pod.ts';
import { StepLog, type LogEnd, type LoggedContainer } from './step-log.ts';

/** A line as its container has written it. */
interface Written {
  /** Nanoseconds. */
  readonly at: number;
  readonly text: string;
}

const begin = Date.parse('2026-01-31T09:15:00Z');
const timeOf = (ns: number) =>
  `${new Date(begin + Math.floor(ns / 1e9) * 1_000).toISOString().slice(0, 19)}.${String(ns % 1e9).padStart(9, '0')}Z`;

/** The outcome of a request: an error, a response that breaks off or ends after some bytes, or a complete response. */
type Response =
  { readonly refuse: KubernetesError } | { readonly cutAfter: number } | { readonly endAfter: number } | 'complete';

/**
 * A container whose log is returned as by a kubelet: from a given second, with timestamps, and until the container ends if
 * it is followed.
 */
class Kubelet implements LoggedContainer {
  current: ContainerState | 'gone' = 'ended';
  readonly requests: { follow: boolean; sinceTime?: string }[] = [];
  private readonly response: Response[];

  constructor(
    private readonly written: readonly Written[],
    response: readonly Response[] = [],
  ) {
    this.response = [...response];
  }

  state(): ContainerState | 'gone' {
    return this.current;
  }

  changed(): Promise<void> {
    return Promise.resolve();
  }

  open(query: { follow: boolean; sinceTime?: string }): Promise<Readable> {
    this.requests.push(query);
    const response = this.response.shift() ?? 'complete';
    if (response !== 'complete' && 'refuse' in response) return Promise.reject(response.refuse);
    const from = query.sinceTime === undefined ? 0 : (Date.parse(query.sinceTime.slice(0, 19) + 'Z') - begin) * 1e6;
    const lines = this.written.filter(({ at }) => at >= from).map(({ at, text }) => `${timeOf(at)} ${text}\n`);
    const bytes = Buffer.from(lines.join(''));
    if (response === 'complete') this.current = 'ended';
    if (response === 'complete') return Promise.resolve(Readable.from([bytes]));
    const body = 'endAfter' in response ? [bytes.subarray(0, response.endAfter)] : truncate(bytes, response.cutAfter);
    return Promise.resolve(Readable.from(body));
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream that breaks off
async function* truncate(bytes: Buffer, after: number): AsyncGenerator<Buffer> {
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
    texts.push(value.text);
  }
}

const complete: LogEnd = { state: 'complete' };

const refused: Response = { refuse: new KubernetesError('dial tcp: connection refused', { status: 500 }) };

describe('the log of a step', () => {
  it('is complete and has no repetition, wherever and however often its connection breaks', async () => {
    const line = fc.record({
      // Many of the same time, and of the same second.
      step: fc.constantFrom(0, 0, 1, 400_000_000, 1_000_000_000),
      text: fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
    });
    const response = fc.oneof(
      fc.nat({ max: 800 }).map((cutAfter): Response => ({ cutAfter })),
      fc.nat({ max: 800 }).map((endAfter): Response => ({ endAfter })),
      fc.constant<Response>({ refuse: new UnavailableError('down', { status: 502 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        // Fewer in a row than after which a log is given up.
        fc.array(response, { maxLength: 5 }),
        fc.boolean(),
        async (lines, responses, follow) => {
          let at = 0;
          const written = lines.map(({ step, text }, i) => ({ at: (at += step), text: `${i} ${text}` }));
          // A response that ends too early is detected, but not two that end at the same position.
          const isEarly = (each: Response) => typeof each === 'object' && 'endAfter' in each;
          const first = responses.findIndex(isEarly);
          const kubelet = new Kubelet(
            written,
            responses.filter((each, i) => follow || !isEarly(each) || i === first),
          );
          kubelet.current = follow ? 'running' : 'ended';

          const { texts, end } = await readAll(kubelet, follow);

          expect(texts).toEqual(written.map(({ text }) => text));
          expect(end).toEqual(complete);
        },
      ),
    );
  });

  it('is requested from where it broke off', async () => {
    const written = [
      { at: 0, text: 'a' },
      { at: 5_500_000_000, text: 'b' },
      { at: 5_600_000_000, text: 'c' },
    ];
    const kubelet = new Kubelet(written, [{ cutAfter: 2 * 33 }]);

    const { texts } = await readAll(kubelet);

    expect(texts).toEqual(['a', 'b', 'c']);
    const [b, c] = [timeOf(5_500_000_000), timeOf(5_600_000_000)];
    expect(kubelet.requests.map(({ sinceTime }) => sinceTime)).toEqual([undefined, b, c]);
  });

  it.each([0, 20, 34, 50, 70])(
    'is not complete when the API server has lost the kubelet after %d bytes and ends the response',
    async (endAfter) => {
      const kubelet = new Kubelet(
        [
          { at: 1, text: 'a' },
          { at: 2, text: 'b' },
        ],
        [{ endAfter }],
      );

      await expect(readAll(kubelet)).resolves.toEqual({ texts: ['a', 'b'], end: complete });
    },
  );

  it('is requested once from a running container without follow', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }], [{ endAfter: 100 }]);
    kubelet.current = 'running';

    await expect(readAll(kubelet)).resolves.toEqual({ texts: ['a'], end: complete });
    expect(kubelet.requests).toHaveLength(1);
  });

  it('begins when its container starts, with follow', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }]);
    const states: (ContainerState | 'gone')[] = ['waiting', 'waiting', 'running'];
    kubelet.state = () => states.shift() ?? 'ended';

    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: ['a'], end: complete });
  });

  it('is empty while its container waits, without follow, and if it never starts', async () => {
    const kubelet = new Kubelet([]);

    kubelet.current = 'waiting';
    await expect(readAll(kubelet)).resolves.toEqual({ texts: [], end: complete });
    kubelet.current = 'never';
    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: [], end: complete });
    expect(kubelet.requests).toEqual([]);
  });

  it('ends with its pod', async () => {
    const refusal = { refuse: new NotFoundError('no such pod', { status: 404 }) };

    await expect(readAll(new Kubelet([], [refusal]))).resolves.toEqual({ texts: [], end: { state: 'gone' } });
  });

  it('is unreadable after some retries if its node has lost it', async () => {
    const error = new InvalidError('previous terminated container not found', { status: 400 });
    const kubelet = new Kubelet([], Array<Response>(20).fill({ refuse: error }));

    await expect(readAll(kubelet)).resolves.toEqual({ texts: [], end: { state: 'unreadable', error } });
    expect(kubelet.requests).toHaveLength(6);
  });

  it.each([
    ['does not block after the end of its container', true, 'ended', [], false],
    ['may block while its container runs', true, 'running', [], true],
    ['may block while its container waits', true, 'waiting', [], true],
    ['may block after the end of its container while its node fails', true, 'ended', [refused], true],
    ['does not block without follow, even while its node fails', false, 'ended', [refused], false],
  ] as const)('%s', async (_, follow, state, responses, mayBlock) => {
    const kubelet = new Kubelet([], responses);
    kubelet.current = state;
    kubelet.changed = () => new Promise(() => undefined);
    const open = kubelet.open.bind(kubelet);
    const never = new Promise<Readable>(() => undefined);
    kubelet.open = (query) => (kubelet.requests.length < responses.length ? open(query) : never);
    const clock = new FakeClock();
    const log = new StepLog(kubelet, { follow, clock, random: () => 0, signal: new AbortController().signal });

    void log.read().next();
    await clock.advance(10_000);

    expect(log.mayBlock).toBe(mayBlock);
  });

  it('is requested again as long as its container runs, with follow', async () => {
    const kubelet = new Kubelet([{ at: 1, text: 'a' }], Array<Response>(20).fill(refused));
    kubelet.current = 'running';

    await expect(readAll(kubelet, true)).resolves.toEqual({ texts: ['a'], end: complete });
  });

  it.each([new UnavailableError('no connection'), new UnavailableError('busy', { status: 503 })])(
    'fails if the API server is unreachable: %s',
    async (error) => {
      await expect(readAll(new Kubelet([], Array<Response>(20).fill({ refuse: error })))).rejects.toBe(error);
    },
  );
});
