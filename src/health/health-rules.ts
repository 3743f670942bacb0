import type { HealthIndicatorResult } from '@nestjs/terminus';

/** The API server is unhealthy after this time without a response: three failed probes in a row. In milliseconds. */
export const maxSilenceMs = 10_000;
/** A cache is unhealthy after this time without an update, in milliseconds. */
export const maxStaleMs = 30_000;
/**
 * A reconciliation makes about twenty requests, each of which ends within 30 s. One that takes longer than all of them
 * together is stuck. In milliseconds.
 */
export const maxReconcileMs = 20 * 60_000;

/** State of one cache. */
export interface CacheState {
  /** Plural name of the resource, with the view if there are several. */
  readonly name: string;
  readonly hasSynced: boolean;
  /** Number of objects that the current or last list has read, until it has synced. */
  readonly objectsRead?: number;
  /** Why the last list or watch failed; undefined if it did not. */
  readonly failure?: string;
  /** Milliseconds since the first failure in a row. */
  readonly failingForMs?: number;
}

/** A cache is healthy once it has synced, unless it has been stale for {@link maxStaleMs}. */
export function cacheHealth({
  name,
  hasSynced,
  objectsRead = 0,
  failure,
  failingForMs = 0,
}: CacheState): HealthIndicatorResult {
  if (!hasSynced) {
    const lastFailure = failure === undefined ? '' : `; last failure: ${failure}`;
    return result(name, false, `${objectsRead} objects read, more to come${lastFailure}`);
  }
  if (failure === undefined) return result(name, true);
  return result(name, failingForMs < maxStaleMs, `not up to date for ${seconds(failingForMs)}: ${failure}`);
}

/**
 * The API server is healthy if it has responded within {@link maxSilenceMs}.
 *
 * @param silentForMs since the last response; undefined if there was none yet
 * @param failure of the last probe
 */
export function apiServerHealth(silentForMs: number | undefined, failure: string | undefined): HealthIndicatorResult {
  if (silentForMs === undefined) return result('apiServer', false, failure ?? 'not probed yet');
  return result('apiServer', silentForMs < maxSilenceMs, failure);
}

/** The controller is healthy unless a reconciliation is stuck. */
export function workLoopHealth(inWorkForMs: readonly number[]): HealthIndicatorResult {
  const longest = Math.max(0, ...inWorkForMs);
  if (longest < maxReconcileMs) return result('workLoop', true);
  return result('workLoop', false, `a reconciliation has been running for ${seconds(longest)}`);
}

/** The result of one check, in the format of Terminus. */
export function result(name: string, healthy: boolean, message?: string): HealthIndicatorResult {
  return { [name]: { status: healthy ? 'up' : 'down', ...(message === undefined ? {} : { message }) } };
}

/** Several results as one. */
export function combine(results: readonly HealthIndicatorResult[]): HealthIndicatorResult {
  return Object.fromEntries(results.flatMap((one) => Object.entries(one)));
}

/** Whether all checks of a result are up. */
export function isHealthy(checks: HealthIndicatorResult): boolean {
  return Object.values(checks).every(({ status }) => status === 'up');
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
