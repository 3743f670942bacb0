import type { Finding } from './finding.ts';

/** After so long without an answer the API server counts as away: three requests for its health in a row, in milliseconds. */
export const longestSilenceMs = 10_000;
/** A store that can not be brought up to date for so long does not tell what is true any more, in milliseconds. */
export const longestStaleMs = 30_000;
/**
 * A pass of the reconciler makes some twenty requests at most, each of which ends within 30 s. One that takes longer than
 * all of them together does not wait for the API server: it is stuck. In milliseconds.
 */
export const longestPassMs = 20 * 60_000;
/** The event loop stands still when a timer of one second is late by so much, in milliseconds. */
export const longestBeatMs = 15_000;

/** What is known of one mirror of the cluster. */
export interface StoreState {
  /** Plural name of the resource. */
  readonly resource: string;
  readonly hasSynced: boolean;
  /** Why it can not be brought up to date just now. */
  readonly failure?: string;
  /** Since when, in milliseconds ago. */
  readonly failingForMs?: number;
}

/** Whether a store has everything, and has not been out of date for long. */
export function storeFinding({ resource: name, hasSynced, failure, failingForMs = 0 }: StoreState): Finding {
  if (!hasSynced) return { name, isWell: false, message: `not read yet${failure === undefined ? '' : `: ${failure}`}` };
  if (failure === undefined) return { name, isWell: true };
  return {
    name,
    isWell: failingForMs < longestStaleMs,
    message: `not up to date for ${seconds(failingForMs)}: ${failure}`,
  };
}

/**
 * Whether the API server has answered lately.
 *
 * @param silentForMs since its last answer; undefined when there was none yet
 * @param failure what came instead, the last time
 */
export function apiServerFinding(silentForMs: number | undefined, failure: string | undefined): Finding {
  const name = 'apiServer';
  if (silentForMs === undefined) return { name, isWell: false, message: failure ?? 'not asked yet' };
  return { name, isWell: silentForMs < longestSilenceMs, message: failure };
}

/** Whether the work loop moves, by how long each piece of work has been in hand. */
export function workLoopFinding(inWorkForMs: readonly number[]): Finding {
  const longest = Math.max(0, ...inWorkForMs);
  if (longest < longestPassMs) return { name: 'workLoop', isWell: true };
  return { name: 'workLoop', isWell: false, message: `an execution has been in work for ${seconds(longest)}` };
}

/** Whether the event loop moves, by how long ago a timer of one second fired last. */
export function eventLoopFinding(beatMsAgo: number): Finding {
  if (beatMsAgo < longestBeatMs) return { name: 'eventLoop', isWell: true };
  return { name: 'eventLoop', isWell: false, message: `no timer has fired for ${seconds(beatMsAgo)}` };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
