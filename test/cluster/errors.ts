import { types } from 'node:util';

/**
 * Something about the local cluster that a person can do something about: no Go, no disk space, a kubeconfig that
 * points nowhere. Its message is a sentence for that person, shown without a stack.
 */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}

/** The start was called off (Ctrl-C, or the caller's AbortSignal). Whatever had been started has been removed again. */
export class ClusterAborted extends ClusterError {
  constructor() {
    super('The start was called off; nothing is left of it.');
  }
}

/** Throws {@link ClusterAborted} when the signal has fired. Called between the steps of anything that takes long. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ClusterAborted();
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code of a system error such as ENOENT, if it is one. Not by instanceof: under Jest the errors of Node's own modules
 * are of another realm.
 */
export function codeOf(error: unknown): string | undefined {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
