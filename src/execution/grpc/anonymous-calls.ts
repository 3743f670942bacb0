import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerHttp2Session } from 'node:http2';
import type { Peer } from '../../connections/connection-limits.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { isRecord } from '../../kubernetes/json.ts';
import { TokenBucket, type BucketSize } from '../../kubernetes/token-bucket.ts';

/** Calls that any connection may make before one of them is authenticated. */
const freeCalls = 10;

/**
 * Further ones, of all connections together. Each takes some tenths of a millisecond until it is refused, and one read of a
 * connection may bring hundreds.
 */
const furtherCalls: BucketSize = { burst: 1_000, refillMs: 5 };

/** Node.js publishes each stream here before the server is told of it. */
const streamCreated = 'http2.server.stream.created';

/** What is known of a connection. */
export interface AnonymousConnections {
  /** Counts a call on the connection from this peer: how many there were; 0 when one of them was authenticated. */
  countAnonymousCall(peer: Peer): number;
}

/**
 * Closes gRPC connections that make many calls of which none is authenticated: refusing call by call would hold the event
 * loop, also where each is reset as soon as it was made (CVE-2023-44487).
 */
export class AnonymousCalls {
  private readonly left: TokenBucket;

  constructor(
    private readonly connections: AnonymousConnections,
    private readonly clock: Clock,
  ) {
    this.left = new TokenBucket(furtherCalls, clock.elapsedMs());
  }

  /** Begins to count; returns what ends it. */
  start(): () => void {
    const count = (message: unknown) => {
      const session = sessionOf(message);
      if (session !== undefined && !this.admits(session.socket)) session.destroy();
    };
    subscribe(streamCreated, count);
    return () => unsubscribe(streamCreated, count);
  }

  /** Whether a connection may make one more call. */
  admits(peer: Peer): boolean {
    return this.connections.countAnonymousCall(peer) <= freeCalls || this.left.take(this.clock.elapsedMs());
  }
}

/** The session of a stream; undefined when it has been destroyed. */
function sessionOf(message: unknown): ServerHttp2Session | undefined {
  if (!isRecord(message)) return undefined;
  const { stream } = message as { readonly stream?: { readonly session?: ServerHttp2Session } }; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- as Node.js documents the channel
  const session = stream?.session;
  return session === undefined || session.destroyed ? undefined : session;
}
