import { CancelledError } from './errors.ts';

/**
 * Resolves as soon as something holds; rejects with CancelledError when `signal` aborts before.
 *
 * @param onProgress has a function called at each step after which it may hold; what it returns ends that
 * @param what is waited for, for the message
 */
export function untilHolds(
  holds: () => boolean,
  onProgress: (look: () => void) => () => void,
  what: string,
  signal?: AbortSignal,
): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = () => {
      stop();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      done();
      reject(new CancelledError(`Waiting for ${what} was cancelled`));
    };
    const stop = onProgress(() => {
      if (!holds()) return;
      done();
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
