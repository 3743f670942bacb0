import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { LeaderElector, type LeaderWork } from '../kubernetes/leader-elector.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { PooledKubeConfig } from '../kubernetes/pooled-kube-config.ts';
import { LOGGER } from './tokens.ts';

/** Name of the Lease that the replicas agree with. */
export const leaderLeaseName = 'workflow-execution-leader';

/**
 * Sees to it that one replica reconciles. The parts of the lease have the proportions that Kubernetes' own components use
 * (15 s, 10 s, 2 s).
 */
@Injectable()
export class Leadership {
  readonly #elector: LeaderElector | undefined;

  constructor(
    kubeConfig: PooledKubeConfig,
    @Inject(CONFIG)
    { leaderElection, leaderLeaseMs, namespace }: Pick<Config, 'leaderElection' | 'leaderLeaseMs' | 'namespace'>,
    @Inject(LOGGER) log: Logger,
  ) {
    if (!leaderElection) return;
    this.#elector = new LeaderElector({
      // A client of its own: that of the reconciler may write only while this one has the lease.
      client: new KubernetesClient(kubeConfig),
      lease: { namespace, name: leaderLeaseName },
      identity: `${hostname()}_${randomUUID()}`,
      leaseDurationMs: leaderLeaseMs,
      renewDeadlineMs: (leaderLeaseMs * 2) / 3,
      retryPeriodMs: (leaderLeaseMs * 2) / 15,
      log,
    });
  }

  /** Whether this replica may write at this very moment. */
  get isHeld(): boolean {
    return this.#elector?.isLeader ?? true;
  }

  /**
   * Waits until this replica leads, then does the work until `signal` aborts; the work is told and may drain.
   *
   * @returns `lost` as soon as another replica may lead: the process has to end, for it does not know what is true any more
   */
  async during(signal: AbortSignal, work: LeaderWork): Promise<'stopped' | 'lost'> {
    if (this.#elector !== undefined) return this.#elector.run(signal, work);
    await work(signal);
    return 'stopped';
  }
}
