import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer, WatchedObject } from './api-server.ts';
import { now } from './clock.ts';
import { executionsPath } from './executions.ts';

/** What is changed, and how. */
export interface ChangesOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  /** How many executions there are, made by `createFinished`; they are changed in turn. */
  readonly executions: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** When changes were acknowledged, by the resource version that they made, on the clock of `now`. */
export type Acknowledged = ReadonlyMap<string, number>;

let count = 0;

/**
 * Changes executions at a steady rate, whether the answers come or not. It is an annotation that changes: so many real
 * changes would be more than what is measured.
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
