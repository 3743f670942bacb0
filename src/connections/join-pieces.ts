import type { Readable } from 'node:stream';

/** Options of {@link joinPieces}. */
export interface JoinOptions {
  /** How many of the bytes received so far, the first `length` of the buffer, can be passed to the reader; 0 to wait for more. */
  readonly readyBytes: (received: Buffer, length: number) => number;
  /** Whether a piece of so many bytes is accepted; otherwise the stream is read no further. Must end it. */
  readonly admits: (bytes: number) => boolean;
}

/**
 * Copies the pieces of a request body (frames, chunks, TLS records, segments) into one buffer as they arrive. Node.js makes an
 * object of each, which takes 100 bytes and more for a single byte and may keep the memory of the read that brought it, and
 * readers collect them. To be called before the body arrives.
 *
 * The stream buffers joined pieces up to its high-water mark, as any stream does; beyond it the connection is read no further
 * than Node.js has already received: the bytes of a read, or an HTTP/2 window.
 */
export function joinPieces(stream: Readable, { readyBytes, admits }: JoinOptions): void {
  const push = stream.push.bind(stream);
  const read = stream._read.bind(stream);
  const received = new ReceivedBytes();
  let isWanted = false;
  /** Passes on what is ready if the reader wants it; returns whether the reader wants more. */
  const pass = (): boolean => {
    const ready = isWanted ? readyBytes(received.bytes, received.length) : 0;
    if (ready > 0) {
      isWanted = false;
      push(received.take(ready));
    }
    return isWanted;
  };
  stream._read = (bytes) => {
    isWanted = true;
    if (pass()) read(bytes);
  };
  stream.push = (piece: Buffer | null) => {
    if (piece === null) {
      if (received.length > 0) push(received.take(received.length));
      return push(null);
    }
    if (!admits(piece.length)) return false;
    received.append(piece);
    return pass();
  };
}

/** Bytes in a buffer that grows. It is not of the pool of Node.js, which would be kept as a whole. */
class ReceivedBytes {
  bytes = Buffer.alloc(0);
  length = 0;

  append(piece: Buffer): void {
    const needed = this.length + piece.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    piece.copy(this.bytes, this.length);
    this.length = needed;
  }

  /** Removes and returns the first bytes. */
  take(count: number): Buffer {
    const taken = this.bytes.subarray(0, count);
    const rest = this.bytes.subarray(count, this.length);
    this.bytes = Buffer.alloc(0);
    this.length = 0;
    if (rest.length > 0) this.append(rest);
    return taken;
  }
}
