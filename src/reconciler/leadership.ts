import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { LeaderElector, type LeadershipEnd, type LeaderWork } from '../kubernetes/leader-elector.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { installationLeaseKey, leaderLeaseName } from './installation.ts';
import { LOGGER } from './executions/tokens.ts';

/**
 * Injection token of the {@link KubernetesClient} that writes the leader leases: the reconciler's client may write only while
 * these are held.
 */
export const LEADER_CLIENT = Symbol('LeaderClient');

type LeadershipConfig = Pick<Config, 'leaderElection' | 'leaderLeaseMs' | 'namespace' | 'clusterLeaseNamespace'>;

/**
 * Elects the replica that reconciles the cluster. The replicas of an installation compete for a Lease in their namespace; its
 * holder also needs the Lease of the cluster, which belongs to one installation permanently. Lease duration, renew deadline and
 * retry period have the proportions of the Kubernetes components (15 s, 10 s, 2 s).
 */
@Injectable()
export class Leadership {
  private readonly identity = `${hostname()}_${randomUUID()}`;
  private readonly electors: { readonly replica: LeaderElector; readonly installation: LeaderElector } | undefined;

  constructor(
    @Inject(LEADER_CLIENT) client: KubernetesClient,
    @Inject(CONFIG) config: LeadershipConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    const { leaderElection, leaderLeaseMs, namespace } = config;
    if (!leaderElection) return;
    const shared = {
      client,
      leaseDurationMs: leaderLeaseMs,
      renewDeadlineMs: (leaderLeaseMs * 2) / 3,
      retryPeriodMs: (leaderLeaseMs * 2) / 15,
      log,
    };
    this.electors = {
      replica: new LeaderElector({ ...shared, lease: { namespace, name: leaderLeaseName }, identity: this.identity }),
      installation: new LeaderElector({
        ...shared,
        lease: installationLeaseKey(config),
        identity: namespace,
        permanent: true,
      }),
    };
  }

  /** Whether this replica may write now. */
  get isHeld(): boolean {
    if (this.electors === undefined) return true;
    return this.electors.replica.isLeader && this.electors.installation.isLeader;
  }

  /** The namespace of the installation that reconciles the cluster, as last observed. */
  get installation(): string | undefined {
    return this.electors?.installation.leader;
  }

  /**
   * Waits until this replica leads, then runs `work` until `signal` aborts; the work gets the signal and may drain.
   *
   * @returns `lost` as soon as another replica may lead: the process must end, because its caches may be stale; `refused` if
   * another installation reconciles the cluster
   */
  async during(signal: AbortSignal, work: LeaderWork): Promise<LeadershipEnd> {
    if (this.electors === undefined) {
      await work(signal);
      return 'stopped';
    }
    const { replica, installation } = this.electors;
    let end: LeadershipEnd = 'stopped';
    const replicaEnd = await replica.run(signal, async (leading) => {
      end = await installation.run(leading, (both) => {
        this.log.info({ identity: this.identity }, 'leading');
        return work(both);
      });
    });
    return replicaEnd === 'stopped' ? end : replicaEnd;
  }
}
