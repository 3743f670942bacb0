/** How many streams are handed on per turn of the event loop; each may cost some tenths of a millisecond. */
const perTurn = 20;

/** An HTTP/2 stream, or the response to an HTTP/1.1 request. */
export interface QueuedStream {
  readonly closed: boolean;
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Hands on a bounded number of gRPC streams, or REST requests, per turn of the event loop. Connections take turns, so a connection
 * with many streams delays only its own. Streams that have closed in the meantime are dropped.
 */
export class StreamQueue {
  private readonly waiting = new Map<object, Map<QueuedStream, () => void>>();
  private left = perTurn;
  private isScheduled = false;

  /** @param handOn called at once if nothing waits; never for a stream that is closed or destroyed */
  add(connection: object, stream: QueuedStream, handOn: () => void): void {
    if (isClosed(stream)) return;
    if (this.waiting.size === 0 && this.left > 0) this.serve(handOn);
    else this.enqueue(connection, stream, handOn);
    this.scheduleTurn();
  }

  private serve(handOn: () => void): void {
    this.left -= 1;
    handOn();
  }

  private enqueue(connection: object, stream: QueuedStream, handOn: () => void): void {
    const streams = this.waiting.get(connection) ?? new Map<QueuedStream, () => void>();
    this.waiting.set(connection, streams.set(stream, handOn));
    stream.once('close', () => {
      if (!streams.delete(stream)) return;
      if (streams.size === 0) this.waiting.delete(connection);
    });
  }

  private scheduleTurn(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    this.isScheduled = false;
    this.left = perTurn;
    while (this.left > 0 && this.waiting.size > 0) this.serveNext();
    if (this.waiting.size > 0) this.scheduleTurn();
  }

  private serveNext(): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    const [connection, streams] = first;
    this.waiting.delete(connection);
    const [next] = streams;
    if (next === undefined) return;
    const [stream, handOn] = next;
    streams.delete(stream);
    // To the end, behind the other connections.
    if (streams.size > 0) this.waiting.set(connection, streams);
    if (!isClosed(stream)) this.serve(handOn);
  }
}

function isClosed({ closed, destroyed }: QueuedStream): boolean {
  return closed || destroyed;
}
