/** How many streams are handed on in one turn of the event loop; each may cost some tenths of a millisecond. */
const perTurn = 20;

/** What the queue needs to know of a stream. */
export interface QueuedStream {
  readonly closed: boolean;
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Hands streams on, a bounded number per turn of the event loop and one connection after the other, so that the streams of a
 * connection wait only for each other. Streams that are closed by then are dropped.
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
