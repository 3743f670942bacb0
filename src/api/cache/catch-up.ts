import { Inject, Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { isNewer } from '../../kubernetes/resource-version.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError } from '../errors/api-error.ts';

/** What is asked for: one namespace, or all. */
interface Scoped {
  readonly namespace?: string;
}

/** How far replicas are apart as a rule is milliseconds; after so many of them it is worth to ask the API server. */
export const graceMs = 3_000;

/** How long a caller waits before it asks a replica again that could not tell, in milliseconds. */
const retryAfterMs = 1_000;

/**
 * Waits for this replica to know what another one has told. Where nothing happens a replica learns of new resource versions
 * once a minute only, from a bookmark: a resource version that it has not come to may be true all the same.
 */
@Injectable()
export class CatchUp {
  private asking?: Promise<string>;

  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Resolves with whether everything up to a resource version is known, after at most so many milliseconds; also when the
   * signal aborts.
   */
  async within(ms: number, { namespace }: Scoped, resourceVersion: string, signal: AbortSignal): Promise<boolean> {
    const scopes = this.reflector.scopes.filter((scope) => [undefined, scope ?? namespace].includes(namespace));
    const enough = new AbortController();
    const bounded = AbortSignal.any([signal, enough.signal]);
    void sleep(this.clock, ms, bounded).then(() => enough.abort());
    try {
      await Promise.all(scopes.map((scope) => this.reflector.waitForResourceVersion(scope, resourceVersion, bounded)));
      return true;
    } catch (error) {
      if (error instanceof CancelledError) return false;
      throw error;
    } finally {
      enough.abort();
    }
  }

  /**
   * Holds a resource version against that of the cluster.
   *
   * @throws ApiError PositionExpired when the cluster has not come to it: its etcd was restored from a backup, or nobody
   *   has told it; Unavailable when the cluster can not be asked
   */
  async assertReal({ namespace }: Scoped, resourceVersion: string): Promise<void> {
    const [scope] = this.reflector.scopes;
    this.asking ??= this.ask(scope === undefined ? undefined : (namespace ?? scope));
    if (!isNewer(resourceVersion, await this.asking)) return;
    throw new ApiError(
      'PositionExpired',
      `the cluster has no resource version ${resourceVersion}; ask again without one`,
    );
  }

  /** One question at a time, whoever asks. */
  private async ask(namespace: string | undefined): Promise<string> {
    try {
      const page = await this.client.listRaw(workflowExecutionResource, { namespace, limit: 1 });
      return page.resourceVersion;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      throw new ApiError('Unavailable', 'this replica is cut off from the cluster', { retryAfterMs }, { cause: error });
    } finally {
      this.asking = undefined;
    }
  }
}
