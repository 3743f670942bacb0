import type { Peer } from '../../connections/connection-limits.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { TokenBucket, type BucketSize } from '../../kubernetes/token-bucket.ts';

/** Calls that any connection may make before one of them is authenticated. */
const freeCalls = 10;

/**
 * Further ones, of all connections together. Each takes some tenths of a millisecond until it is refused, and one read of a
 * connection may bring hundreds.
 */
const furtherCalls: BucketSize = { burst: 1_000, refillMs: 5 };

/** What is known of a connection. */
export interface AnonymousConnections {
  /** Counts a call on the connection from this peer: how many there were; 0 when one of them was authenticated. */
  countAnonymousCall(peer: Peer): number;
}

/**
 * Bounds the calls of gRPC connections before one is authenticated: refusing call by call would hold the event loop, also where each is reset as soon as it was made (CVE-2023-44487).
 */
export class AnonymousCalls {
  private readonly left: TokenBucket;

  constructor(
    private readonly connections: AnonymousConnections,
    private readonly clock: Clock,
  ) {
    this.left = new TokenBucket(furtherCalls, clock.elapsedMs());
  }

  /** Whether a connection may make one more call. */
  admits(peer: Peer): boolean {
    return this.connections.countAnonymousCall(peer) <= freeCalls || this.left.take(this.clock.elapsedMs());
  }
}
