import { types } from 'node:util';

/**
 * An actionable problem of the local cluster: no Go, no disk space, an invalid kubeconfig. Its message is shown without a
 * stack.
 */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}

/** The start was aborted (Ctrl-C or the caller's AbortSignal), and everything started has been removed. */
export class ClusterAborted extends ClusterError {
  constructor() {
    super('The start was aborted; everything was removed.');
  }
}

/** Throws {@link ClusterAborted} if the signal has aborted. Called between the steps of long operations. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ClusterAborted();
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code of a system error such as ENOENT, if it is one. Not by instanceof, because Node's errors are of another realm under
 * Jest.
 */
export function codeOf(error: unknown): string | undefined {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
