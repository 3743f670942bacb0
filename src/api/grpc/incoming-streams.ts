import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { maxRequestBytes } from '../../config/limits.ts';
import type { Peer } from '../../connections/connection-limits.ts';
import { joinPieces } from '../../connections/join-pieces.ts';
import { callsPerTurn, PacedQueue } from '../../connections/paced-queue.ts';
import { SmallPieces } from '../../connections/small-pieces.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { isRecord } from '../../kubernetes/json.ts';
import { unaryPaths, watchPath } from './service-definition.ts';
import { UnreadResponses } from './unread-responses.ts';

/** Channel of the streams of HTTP/2 servers, which Node.js publishes before it emits `stream`. */
const streamCreated = 'http2.server.stream.created';

/** Limits of {@link IncomingStreams}. */
export interface IncomingStreamsOptions {
  /** Open streams over all connections. */
  readonly maxOpen: number;
  readonly maxPerConnection: number;
  /** Whether a connection may make another call; by default it may. */
  readonly admits?: (peer: Peer) => boolean;
  readonly clock: Pick<Clock, 'elapsedMs' | 'setTimer'>;
}

/**
 * Protects grpc-js from HTTP/2 clients:
 *
 * - grpc-js answers some calls (other content types, unknown methods) although their stream has closed, and Node.js then
 *   throws where nothing catches it. Closed streams never reach grpc-js.
 * - One read of a connection can bring hundreds of streams. They are passed on a few at a time.
 * - At the limit of open streams, the connection with the most unanswered ones is closed; so is one that opens and resets
 *   more than twice its limit in one turn of the event loop (CVE-2023-44487).
 * - Calls with a single response that the client does not read in time are cancelled ({@link UnreadResponses}).
 * - Whole messages are passed on, and connections that send many small frames are closed ({@link SmallPieces}).
 * - Timeouts that grpc-js misreads are replaced ({@link normalizeTimeout}).
 * - Node.js keeps the first of two `authorization` headers, while a proxy may have taken another one: such a call gets two
 *   empty ones, and is refused.
 */
export class IncomingStreams {
  private readonly queue = new PacedQueue(callsPerTurn);
  private readonly open = new Map<Http2Session, Set<ServerHttp2Stream>>();
  private readonly known = new WeakSet<Http2Session>();
  private readonly unreadResponses: UnreadResponses;
  private readonly pieces: SmallPieces;
  private openCount = 0;

  constructor(readonly options: IncomingStreamsOptions) {
    this.pieces = new SmallPieces(options.clock);
    this.unreadResponses = new UnreadResponses(options.clock);
  }

  /** Starts for all HTTP/2 servers of this process; returns a function that stops it. */
  start(): () => void {
    const created = (message: unknown) => {
      const stream = streamOf(message);
      if (stream !== undefined) this.created(stream);
    };
    subscribe(streamCreated, created);
    const stopChecks = this.unreadResponses.start();
    return () => {
      unsubscribe(streamCreated, created);
      stopChecks();
    };
  }

  private created(stream: ServerHttp2Stream): void {
    // A reset may be an error, and a stream that does not reach grpc-js has no other listener.
    stream.on('error', () => undefined);
    const { session } = stream;
    if (session === undefined || session.destroyed) return;
    if (!this.known.has(session)) this.takeOver(session);
    if (this.options.admits?.(session.socket) === false) return this.close(session);
    if (this.openCount >= this.options.maxOpen) this.closeLargest();
    if (!session.destroyed) this.count(session, stream);
    this.joinFrames(session, stream);
    if (this.streamsOf(session) > 2 * this.options.maxPerConnection) this.close(session);
  }

  /** Replaces the listeners of a connection, which pass its streams to grpc-js. */
  private takeOver(session: Http2Session): void {
    this.known.add(session);
    const listeners = session.listeners('stream');
    session.removeAllListeners('stream');
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      normalizeTimeout(headers);
      if (isRepeated('authorization', rest[1])) Object.assign(headers, { authorization: ['', ''] });
      this.queue.add(session, {
        run: () => {
          const { ':path': path = '' } = headers;
          if (unaryPaths.has(path)) this.unreadResponses.add(stream, () => stream.headersSent);
          // People read logs at their own pace, and a line takes little memory.
          if (path === watchPath) this.unreadResponses.add(stream, () => stream.writableNeedDrain);
          for (const listener of listeners) Reflect.apply(listener, session, [stream, headers, ...rest]);
        },
        isObsolete: () => stream.closed || stream.destroyed,
      });
    });
  }

  private joinFrames(session: Http2Session, stream: ServerHttp2Stream): void {
    const admits = this.pieces.ofBody(session);
    joinPieces(stream, {
      // grpc-js discards what follows its answer.
      readyBytes: (received, length) => (stream.writableEnded ? length : wholeMessages(received, length)),
      admits: (bytes) => {
        const isAdmitted = admits(bytes);
        if (!isAdmitted) {
          session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
          this.close(session);
        }
        return isAdmitted;
      },
    });
  }

  private count(session: Http2Session, stream: ServerHttp2Stream): void {
    const streams = this.open.get(session) ?? new Set();
    this.open.set(session, streams.add(stream));
    this.openCount += 1;
    // A stream that is reset costs as much as others: it counts until the end of the turn of the event loop.
    stream.once('close', () => setImmediate(() => this.release(session, streams, stream)));
  }

  private release(session: Http2Session, streams: Set<ServerHttp2Stream>, stream: ServerHttp2Stream): void {
    if (!streams.delete(stream)) return;
    this.openCount -= 1;
    if (streams.size === 0) this.open.delete(session);
  }

  private streamsOf(session: Http2Session): number {
    return this.open.get(session)?.size ?? 0;
  }

  private closeLargest(): void {
    let [largest, size]: [Http2Session | undefined, number] = [undefined, -1];
    for (const [session, streams] of this.open) {
      const unanswered = [...streams].filter(({ headersSent }) => !headersSent).length;
      if (unanswered > size) [largest, size] = [session, unanswered];
    }
    if (largest !== undefined) this.close(largest);
  }

  private close(session: Http2Session): void {
    const streams = this.open.get(session);
    this.open.delete(session);
    this.openCount -= streams?.size ?? 0;
    streams?.clear();
    session.destroy();
  }
}

/** Bytes before the message of its flag and its length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const messagePrefixBytes = 5;

/** Length of the whole messages at the start; of everything if one is too large, which grpc-js then refuses. */
export function wholeMessages(received: Buffer, length: number): number {
  for (let whole = 0; ;) {
    if (length - whole < messagePrefixBytes) return whole;
    const bytes = received.readUInt32BE(whole + 1);
    if (bytes > maxRequestBytes) return length;
    if (length - whole < messagePrefixBytes + bytes) return whole;
    whole += messagePrefixBytes + bytes;
  }
}

/** @param rawHeaders names and values in turn */
function isRepeated(name: string, rawHeaders: unknown): boolean {
  return Array.isArray(rawHeaders) && rawHeaders.filter((text, index) => index % 2 === 0 && text === name).length > 1;
}

function streamOf(message: unknown): ServerHttp2Stream | undefined {
  if (!isRecord(message)) return undefined;
  return (message as { readonly stream?: ServerHttp2Stream }).stream; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- as Node.js documents the channel
}

/** The longest timer of Node.js, in milliseconds: 24.8 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Milliseconds per unit of `grpc-timeout` (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 };

/**
 * Replaces timeouts that grpc-js misreads. It takes those longer than its timers for expired: they are removed, as the client
 * ends such a call itself. It finds a number anywhere in the value (`-1S` as 1 s): malformed ones are replaced by a value
 * that it refuses, with INTERNAL as grpc-go does.
 */
export function normalizeTimeout(headers: IncomingHttpHeaders): void {
  const value = headers['grpc-timeout'];
  if (value === undefined) return;
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(value)) ?? [];
  if (amount === undefined) headers['grpc-timeout'] = 'invalid';
  else if (Number(amount) * (unitMs[unit] ?? 0) > longestTimerMs) delete headers['grpc-timeout'];
}
