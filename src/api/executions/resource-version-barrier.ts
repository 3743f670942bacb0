import { Inject, Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { isNewer } from '../../kubernetes/resource-version.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError } from '../errors/api-error.ts';
import type { CachedExecution } from './cached-execution.ts';

/** One namespace, or all of them. */
interface Scoped {
  readonly namespace?: string;
}

/** Replicas are usually milliseconds apart. After this many milliseconds the current version is requested. */
export const graceMs = 3_000;

/** Retry delay for a caller of a replica that is not ready, in milliseconds. */
const retryAfterMs = 1_000;

/** The error of a call that this replica cannot answer for now. */
export function notReady(message: string, options?: ErrorOptions): ApiError {
  return new ApiError('Unavailable', message, { retryAfterMs }, options);
}

/** @throws ApiError Unavailable until the cache has all executions */
export function assertSynced({ hasSynced }: Pick<Reflector<CachedExecution>, 'hasSynced'>): void {
  if (!hasSynced) throw notReady('the executions of the cluster are still being read');
}

/**
 * Waits until the cache of this replica contains a resource version that another replica has returned. An idle API server
 * sends a bookmark only once a minute, so the cache may lag behind a valid resource version for that long.
 */
@Injectable()
export class ResourceVersionBarrier {
  private pending?: Promise<string>;

  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Resolves when the cache has reached a resource version; rejects with CancelledError when the signal aborts. */
  async reached({ namespace }: Scoped, resourceVersion: string, signal: AbortSignal): Promise<void> {
    const scopes = this.reflector.scopes.filter((scope) => [undefined, scope ?? namespace].includes(namespace));
    await Promise.all(scopes.map((scope) => this.reflector.waitForResourceVersion(scope, resourceVersion, signal)));
  }

  /** Whether the cache reaches a resource version within `ms` milliseconds; false also when the signal aborts. */
  async reachedWithin(ms: number, scoped: Scoped, resourceVersion: string, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    const bounded = AbortSignal.any([signal, done.signal]);
    void sleep(this.clock, ms, bounded).then(() => done.abort());
    try {
      await this.reached(scoped, resourceVersion, bounded);
      return true;
    } catch (error) {
      if (error instanceof CancelledError) return false;
      throw error;
    } finally {
      done.abort();
    }
  }

  /**
   * Compares a resource version with the current one of the cluster.
   *
   * @throws ApiError PositionExpired if the cluster has not reached it: etcd was restored from a backup, or the value was
   *   made up; Unavailable if the API server cannot be asked
   */
  async assertExists({ namespace }: Scoped, resourceVersion: string): Promise<void> {
    const [scope] = this.reflector.scopes;
    this.pending ??= this.currentResourceVersion(scope === undefined ? undefined : (namespace ?? scope));
    if (!isNewer(resourceVersion, await this.pending)) return;
    throw new ApiError(
      'PositionExpired',
      `the cluster has no resource version ${resourceVersion}; ask again without one`,
    );
  }

  /** Concurrent callers share one request. */
  private async currentResourceVersion(namespace: string | undefined): Promise<string> {
    try {
      const page = await this.client.listRaw(workflowExecutionResource, { namespace, limit: 1 });
      return page.resourceVersion;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      throw notReady('this replica cannot reach the cluster', { cause: error });
    } finally {
      this.pending = undefined;
    }
  }
}
