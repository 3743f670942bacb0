import { Backoff, type BackoffPolicy } from './backoff.ts';
import { type Random, type Clock } from './clock.ts';
import type { KubernetesClient, Selection } from './client.ts';
import { sleep } from './async.ts';
import { CancelledError, KubernetesError } from './errors.ts';
import type { ApiResource } from './resource-type.ts';

/** With what means a resource version is asked for. */
export interface LatestOptions {
  readonly client: Pick<KubernetesClient, 'listRaw'>;
  readonly backoff: BackoffPolicy;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The resource version that a collection has come to: a list of one that etcd answers itself. It is asked until there is an
 * answer; rejects with CancelledError on `signal`.
 */
export async function latestResourceVersion(
  resource: ApiResource,
  selection: Selection,
  { client, backoff, clock, random }: LatestOptions,
  signal: AbortSignal,
): Promise<string> {
  const pauses = new Backoff(backoff, clock, random);
  for (;;) {
    try {
      return (await client.listRaw(resource, { ...selection, limit: 1 }, { signal })).resourceVersion;
    } catch (error) {
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
      await sleep(clock, pauses.next(error.retryAfterMs), signal);
    }
  }
}
