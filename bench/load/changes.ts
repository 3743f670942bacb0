import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer, WatchedObject } from './api-server.ts';
import { now } from './clock.ts';
import { executionsPath } from './executions.ts';

/** Options of the changes. */
export interface ChangesOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  /** Number of executions, created by `createFinished`, which are changed in turn. */
  readonly executions: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Acknowledgement times by resourceVersion, by `now`. */
export type Acknowledged = ReadonlyMap<string, number>;

let count = 0;

/**
 * Changes an annotation of executions at a steady rate, independent of response times. Real changes would themselves be the
 * bottleneck.
 */
export async function makeChanges({ api, namespace, ...options }: ChangesOptions): Promise<Acknowledged> {
  const { executions, perSecond, seconds } = options;
  const acknowledged = new Map<string, number>();
  const change = async (): Promise<void> => {
    const path = `${executionsPath(namespace)}/execution-${count % executions}`;
    const annotations = { 'bench/change': String((count += 1)) };
    const { metadata } = await api.must<WatchedObject>('PATCH', path, { metadata: { annotations } });
    acknowledged.set(metadata.resourceVersion, now());
  };
  const changes: Promise<void>[] = [];
  const begun = now();
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const early = begun + (number * 1_000) / perSecond - now();
    if (early > 0) await delay(early);
    changes.push(change());
  }
  await Promise.all(changes);
  return acknowledged;
}
