import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { toKubernetesError } from './error-mapping.ts';
import { UnavailableError, type KubernetesError } from './errors.ts';
import { isRecord, parseJson, recordOf, stringOf } from './json.ts';

/** One event of a watch (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes). */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly raw: unknown }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly endsInitialEvents?: true }
  | { readonly type: 'ERROR'; readonly error: KubernetesError };

/** Options of {@link readWatch}. */
export interface ReadWatchOptions {
  /** Names the watch in error messages. */
  readonly call: string;
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal;
}

/** etcd limits an object to 1.5 MiB by default; its JSON can be several times as long. */
const maxLineBytes = 32 * 1024 * 1024;

/**
 * The events of a watch. Returns when the response ends.
 *
 * @throws CancelledError when the caller's signal aborts; UnavailableError after a reset, a timeout or an invalid line
 */
export async function* readWatch(body: Readable, options: ReadWatchOptions): AsyncGenerator<WatchEvent> {
  const { call, clock } = options;
  try {
    for await (const line of readLines(withIdleTimeout(body, options), maxLineBytes))
      yield toEvent(call, line, clock.now());
  } catch (error) {
    const cancelled = options.signal?.aborted === true;
    throw toKubernetesError(call, { kind: 'thrown', error, cancelled }, clock.now());
  } finally {
    body.destroy();
  }
}

/** The chunks of a body. Destroys the body, and so throws UnavailableError, after `idleTimeoutMs` without a chunk. */
export async function* withIdleTimeout(
  body: Readable,
  options: Pick<ReadWatchOptions, 'call' | 'clock' | 'idleTimeoutMs'>,
): AsyncGenerator<unknown, void, undefined> {
  const { call, clock, idleTimeoutMs } = options;
  const arm = () =>
    clock.setTimer(idleTimeoutMs, () => {
      body.destroy(new UnavailableError(`The ${call} was silent for ${idleTimeoutMs} ms`, { reason: 'Timeout' }));
    });
  let disarm = arm();
  try {
    for await (const chunk of body) {
      disarm();
      yield chunk;
      disarm = arm();
    }
  } finally {
    disarm();
  }
}

function toEvent(call: string, line: string, now: Date): WatchEvent {
  const { type, object } = recordOf(parseJson(line));
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, raw: object };
    case 'BOOKMARK': {
      const metadata = recordOf(recordOf(object)['metadata']);
      const resourceVersion = stringOf(metadata['resourceVersion']);
      const isEnd = recordOf(metadata['annotations'])['k8s.io/initial-events-end'] === 'true';
      if (resourceVersion !== undefined) return { type, resourceVersion, ...(isEnd && { endsInitialEvents: true }) };
      break;
    }
    case 'ERROR':
      if (isRecord(object)) return { type, error: toKubernetesError(call, { kind: 'status', status: object }, now) };
  }
  throw new UnavailableError(`The ${call} sent an invalid line: ${line.slice(0, 100)}`);
}

const newline = 0x0a;

/** The lines of a UTF-8 stream. Throws when a line is longer than `maxBytes` and when the stream ends inside a line. */
export async function* readLines(stream: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = toBuffer(chunk);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8');
      rest = rest.subarray(end + 1);
      parts = [];
      size = 0;
    }
    parts.push(rest);
    size += rest.length;
    if (size > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`);
  }
  if (size > 0) throw new Error('the stream ended inside a line');
}

/** Converts a chunk of a byte stream. */
export function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('expected a stream of bytes');
}
