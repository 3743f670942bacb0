import { smallPieces } from '../config/limits.ts';
import type { Clock } from '../kubernetes/clock.ts';
import { TokenBucket } from '../kubernetes/token-bucket.ts';

/**
 * Limits the small pieces of request bodies per connection: a piece costs some microseconds however small it is, and one read
 * may bring ten thousand. No network splits data that finely; only a client that flushes every few bytes does.
 */
export class SmallPieces {
  private readonly buckets = new WeakMap<object, TokenBucket>();

  constructor(private readonly clock: Pick<Clock, 'elapsedMs'>) {}

  /** Returns a function that decides on each piece of one body by its size in bytes; false beyond the limit. */
  ofBody(connection: object): (bytes: number) => boolean {
    let free: number = smallPieces.freePerBody;
    return (bytes) => {
      if (bytes >= smallPieces.belowBytes) return true;
      if (free > 0) return free-- > 0;
      return this.bucketOf(connection).take(this.clock.elapsedMs());
    };
  }

  private bucketOf(connection: object): TokenBucket {
    const bucket = this.buckets.get(connection) ?? new TokenBucket(smallPieces, this.clock.elapsedMs());
    this.buckets.set(connection, bucket);
    return bucket;
  }
}
