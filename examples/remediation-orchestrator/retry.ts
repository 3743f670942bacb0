import { setTimeout as pause } from 'node:timers/promises';
import { status, type ServiceError } from '@grpc/grpc-js';
import { RetryInfo } from '../../src/api/generated/google/rpc/error_details.ts';
import { Status } from '../../src/api/generated/google/rpc/status.ts';

/** Maximum backoff, in milliseconds. */
const longestPauseMs = 5_000;

/** Transient errors: the service restarts or is busy, or a response was lost. A request id makes retries safe. */
const transient: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.RESOURCE_EXHAUSTED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
]);

/** Whether an error is one of the service. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error;
}

/** Waits before the next attempt: the delay that the service requests plus a growing backoff. Throws permanent errors. */
export async function pauseOrThrow(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
  if (!isServiceError(error) || !transient.has(error.code)) throw error;
  const own = Math.random() * Math.min(longestPauseMs, 100 * 2 ** attempt);
  await pause(retryDelayMs(error) + own, undefined, { signal });
}

/** The delay of google.rpc.RetryInfo, in milliseconds. */
function retryDelayMs({ metadata }: ServiceError): number {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return 0;
  const info = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.RetryInfo'));
  if (info === undefined) return 0;
  const { retryDelay } = RetryInfo.decode(info.value);
  return retryDelay === undefined ? 0 : retryDelay.seconds * 1_000 + retryDelay.nanos / 1_000_000;
}
