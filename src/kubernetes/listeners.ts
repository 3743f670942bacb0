import { types } from 'node:util';
import type { Logger } from './logger.ts';

/** Handlers of events. A handler that throws or rejects is logged and does not affect the others. */
export class Listeners<Event> {
  private readonly handlers = new Set<(event: Event) => void>();
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  /** Adds a handler; returns a function that removes it. */
  add(handler: (event: Event) => void): () => void {
    // A new function, so that a handler can be added twice.
    const own = (event: Event) => handler(event);
    this.handlers.add(own);
    return () => this.handlers.delete(own);
  }

  emit(event: Event): void {
    for (const handler of this.handlers) {
      try {
        // An async handler returns a promise although its type says void.
        const result: unknown = handler(event);
        if (types.isPromise(result)) result.catch((error: unknown) => this.failed(error));
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private failed(err: unknown): void {
    this.log.error({ err }, 'event handler failed');
  }
}
