import { types } from 'node:util';
import type { Logger } from './logger.ts';

/** Handlers of one kind of event. One that throws, or whose promise rejects, is logged and disturbs nobody. */
export class Listeners<Event> {
  readonly #handlers = new Set<(event: Event) => void>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Adds a handler; the returned function takes it away again. */
  add(handler: (event: Event) => void): () => void {
    // A function of our own, so that the same handler given twice counts twice.
    const own = (event: Event) => handler(event);
    this.#handlers.add(own);
    return () => this.#handlers.delete(own);
  }

  emit(event: Event): void {
    for (const handler of this.#handlers) {
      try {
        // A handler declared async returns a promise although its type says void.
        const result: unknown = handler(event);
        if (types.isPromise(result)) result.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(err: unknown): void {
    this.#log.error({ err }, 'a handler failed; the others and the watch go on');
  }
}
