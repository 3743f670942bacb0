import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { maxMetadataBytes } from '../../config/limits.ts';
import { addressGroup } from '../../connections/address-group.ts';
import type { Peer } from '../../connections/peer.ts';
import { joinPieces } from '../../connections/join-pieces.ts';
import { callsPerTurn, PacedQueue } from '../../connections/paced-queue.ts';
import { writeInPieces } from '../../connections/write-in-pieces.ts';
import { SmallPieces } from '../../connections/small-pieces.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { isRecord } from '../../kubernetes/json.ts';
import { callHeaders, metadataBytes } from './call-headers.ts';
import { incomingRequest, IncomingRequest } from './incoming-request.ts';
import { neededBytes, wholeMessages } from './message-framing.ts';
import { unaryPaths, watchPath } from './service-definition.ts';
import { UnendedRequests } from './unended-requests.ts';
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
 * - At the limit of open streams, the connection with the most unanswered ones is closed, of the address with the most; so is
 *   one that opens and resets more than twice its limit in one turn of the event loop (CVE-2023-44487).
 * - Metadata is limited as the headers of REST are, and replaced by {@link callHeaders}.
 * - Calls with a single response that the client does not read in time are cancelled ({@link UnreadResponses}).
 * - Calls whose client does not end its request are reset after the answer ({@link UnendedRequests}).
 * - Whole messages are passed on ({@link IncomingRequest} counts what they take), and connections that send many small frames are closed ({@link SmallPieces}).
 */
export class IncomingStreams {
  private readonly queue = new PacedQueue(callsPerTurn);
  private readonly open = new Map<Http2Session, Set<ServerHttp2Stream>>();
  private readonly known = new WeakSet<Http2Session>();
  private readonly requests = new WeakMap<ServerHttp2Stream, IncomingRequest>();
  private readonly unreadResponses: UnreadResponses;
  private readonly unendedRequests: UnendedRequests;
  private readonly pieces: SmallPieces;
  private openCount = 0;

  constructor(readonly options: IncomingStreamsOptions) {
    this.pieces = new SmallPieces(options.clock);
    this.unreadResponses = new UnreadResponses(options.clock);
    this.unendedRequests = new UnendedRequests(options.clock);
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
      this.unendedRequests.stop();
    };
  }

  private created(stream: ServerHttp2Stream): void {
    // A reset may be an error, and a stream that does not reach grpc-js has no other listener.
    stream.on('error', () => undefined);
    writeInPieces(stream);
    const { session } = stream;
    if (session === undefined || session.destroyed) return;
    if (!this.known.has(session)) this.takeOver(session);
    if (this.options.admits?.(session.socket) === false) return this.close(session);
    if (this.openCount >= this.options.maxOpen) this.closeLargest();
    if (!session.destroyed) this.count(session, stream);
    this.unendedRequests.add(stream);
    const request = new IncomingRequest();
    // Clients report it as RESOURCE_EXHAUSTED.
    request.abort = () => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.requests.set(stream, request);
    this.joinFrames(session, stream, request);
    if (this.streamsOf(session) > 2 * this.options.maxPerConnection) this.close(session);
  }

  /** Replaces the listeners of a connection, which pass its streams to grpc-js. */
  private takeOver(session: Http2Session): void {
    this.known.add(session);
    const listeners = session.listeners('stream');
    session.removeAllListeners('stream');
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      const request = this.requests.get(stream);
      if (request === undefined) return;
      request.metadataBytes = metadataBytes(rest[1]);
      if (request.metadataBytes > maxMetadataBytes) return refuseMetadata(stream);
      const known = callHeaders(headers, rest[1]);
      this.queue.add(session, {
        run: () => {
          const { ':path': path = '' } = known;
          if (unaryPaths.has(path)) this.unreadResponses.add(stream, () => stream.headersSent);
          // People read logs at their own pace, and a line takes little memory.
          if (path === watchPath) this.unreadResponses.add(stream, () => stream.writableNeedDrain);
          incomingRequest.run(request, () => {
            for (const listener of listeners) Reflect.apply(listener, session, [stream, known, ...rest]);
          });
        },
        isObsolete: () => stream.closed || stream.destroyed,
      });
    });
  }

  private joinFrames(session: Http2Session, stream: ServerHttp2Stream, request: IncomingRequest): void {
    const admits = this.pieces.ofBody(session);
    joinPieces(stream, {
      readyBytes: (received, length) => {
        // grpc-js discards what follows its answer.
        if (stream.writableEnded) return length;
        request.take(neededBytes(received, length));
        return wholeMessages(received, length);
      },
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
    const unanswered = new Map<string, { total: number; largest?: Http2Session; size: number }>();
    for (const [session, streams] of this.open) {
      const address = addressGroup(session.socket.remoteAddress ?? '');
      const group = unanswered.get(address) ?? { total: 0, size: -1 };
      unanswered.set(address, group);
      const size = [...streams].filter(({ headersSent }) => !headersSent).length;
      group.total += size;
      if (size > group.size) Object.assign(group, { largest: session, size });
    }
    const [most] = [...unanswered.values()].toSorted((a, b) => b.total - a.total);
    if (most?.largest !== undefined) this.close(most.largest);
  }

  private close(session: Http2Session): void {
    const streams = this.open.get(session);
    this.open.delete(session);
    this.openCount -= streams?.size ?? 0;
    streams?.clear();
    session.destroy();
  }
}

function refuseMetadata(stream: ServerHttp2Stream): void {
  if (stream.closed || stream.destroyed) return;
  const message = `the metadata is larger than ${maxMetadataBytes} bytes`;
  const trailers = { 'grpc-status': status.RESOURCE_EXHAUSTED, 'grpc-message': message };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
  stream.resume();
}

function streamOf(message: unknown): ServerHttp2Stream | undefined {
  if (!isRecord(message)) return undefined;
  return (message as { readonly stream?: ServerHttp2Stream }).stream; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- as Node.js documents the channel
}
