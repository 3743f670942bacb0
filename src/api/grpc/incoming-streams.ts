import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Peer } from '../../connections/connection-limits.ts';
import { isRecord } from '../../kubernetes/json.ts';
import { correctTimeout } from './call-timeout.ts';
import { StreamQueue } from '../../connections/stream-queue.ts';

/** Node.js publishes each stream of an HTTP/2 server here before it emits `stream`. */
const streamCreated = 'http2.server.stream.created';

/** What {@link IncomingStreams} bounds. */
export interface IncomingStreamsOptions {
  /** How many streams may be open over all connections. */
  readonly maxOpen: number;
  /** How many of them one connection may have. */
  readonly maxPerConnection: number;
  /** Whether a connection may make one more call; without it all may. */
  readonly admits?: (peer: Peer) => boolean;
}

/**
 * Stands between HTTP/2 and grpc-js:
 *
 * - grpc-js answers some calls (other content types, unknown methods) without checking that their stream is still open, and
 *   Node.js then throws where nothing catches it. Streams that are closed or destroyed never reach grpc-js.
 * - One read of a connection can bring hundreds of streams. They are handed on a few at a time ({@link StreamQueue}).
 * - At the limit of open streams, the connection with the most unanswered ones is closed; so is one that opens and resets
 *   more than twice as many as it may have in one turn of the event loop (CVE-2023-44487).
 * - Timeouts that grpc-js misreads are replaced ({@link correctTimeout}).
 */
export class IncomingStreams {
  private readonly queue = new StreamQueue();
  private readonly open = new Map<Http2Session, Set<ServerHttp2Stream>>();
  private readonly known = new WeakSet<Http2Session>();
  private openCount = 0;

  constructor(readonly options: IncomingStreamsOptions) {}

  /** Begins, for connections to the HTTP/2 servers of this process; returns what ends it. */
  start(): () => void {
    const created = (message: unknown) => {
      const stream = streamOf(message);
      if (stream !== undefined) this.created(stream);
    };
    subscribe(streamCreated, created);
    return () => unsubscribe(streamCreated, created);
  }

  private created(stream: ServerHttp2Stream): void {
    // A stream that does not reach grpc-js has no other listener, and a reset may be an error.
    stream.on('error', () => undefined);
    const { session } = stream;
    if (session === undefined || session.destroyed) return;
    if (!this.known.has(session)) this.takeOver(session);
    if (this.options.admits?.(session.socket) === false) return this.close(session);
    if (this.openCount >= this.options.maxOpen) this.closeLargest();
    if (!session.destroyed) this.count(session, stream);
    if (this.streamsOf(session) > 2 * this.options.maxPerConnection) this.close(session);
  }

  /** Replaces the listeners for streams of a connection, which pass them to the HTTP/2 server and so to grpc-js. */
  private takeOver(session: Http2Session): void {
    this.known.add(session);
    const listeners = session.listeners('stream');
    session.removeAllListeners('stream');
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      correctTimeout(headers);
      this.queue.add(session, stream, () => {
        for (const listener of listeners) Reflect.apply(listener, session, [stream, headers, ...rest]);
      });
    });
  }

  private count(session: Http2Session, stream: ServerHttp2Stream): void {
    const streams = this.open.get(session) ?? new Set();
    this.open.set(session, streams.add(stream));
    this.openCount += 1;
    // A stream that is reset has cost what others cost: it counts until the turn of the event loop is over.
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

function streamOf(message: unknown): ServerHttp2Stream | undefined {
  if (!isRecord(message)) return undefined;
  return (message as { readonly stream?: ServerHttp2Stream }).stream; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- as Node.js documents the channel
}
