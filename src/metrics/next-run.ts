/**
 * Does work for whoever asks, once for all who ask in one turn of the event loop, so that no number of requests makes it
 * more often. It begins after everybody has asked who gets its result.
 */
export class NextRun<T> {
  private queued: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  /** The result of the next run. */
  result(): Promise<T> {
    return (this.queued ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.queued = undefined;
      return this.work();
    }));
  }
}
