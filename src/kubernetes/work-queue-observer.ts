/** How work on a key ended: done, done for now and to be come back to, or failed and to be tried again. */
export type WorkResult = 'success' | 'requeue_after' | 'error';

/** Is told what happens in a work queue, in passing: it must neither throw nor wait. */
export interface WorkQueueObserver {
  /** A key was taken in that was not waiting already. */
  added(): void;
  /** A key is handed out that has waited so many milliseconds, without the delay that it may have been given. */
  started(waitedMs: number): void;
  /** Work on a key has ended after so many milliseconds. */
  ended(workedMs: number, result: WorkResult): void;
  /** A key that failed is to be tried again. */
  retried(): void;
}

const nothing = () => undefined;

/** The default, where nobody wants to know. */
export const unobserved: WorkQueueObserver = { added: nothing, started: nothing, ended: nothing, retried: nothing };
