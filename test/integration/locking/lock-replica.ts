import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import type { HolderState } from '../../../src/locking/holders.ts';
import { lockLabel } from '../../../src/locking/lock-lease.ts';
import type { ExecutionId } from '../../../src/locking/lock-record.ts';
import { TargetLocks } from '../../../src/locking/target-locks.ts';

/** What the executions of a test are doing, by UID; one that is not named lives. */
export interface States {
  /** What is true. */
  readonly now: Map<string, HolderState>;
  /** What replicas have seen of it. */
  readonly seen: Map<string, HolderState>;
}

/** One replica that asks for targets, with a connection and a mirror of the Leases of its own. */
export interface Contender {
  readonly locks: TargetLocks;
  readonly leases: Reflector<import('../../../src/kubernetes/lease.ts').Lease>;
  stop(): Promise<void>;
}

/** Starts a replica and waits until it has seen the Leases there are. */
export async function contender(
  config: PooledKubeConfig,
  namespace: string,
  states: States,
  cooldownMs: number,
): Promise<Contender> {
  const client = new KubernetesClient(config);
  const labelSelector = `${lockLabel.name}=${lockLabel.value}`;
  const leases = new Reflector({ client, resource: leaseResource, namespaces: [namespace], labelSelector });
  const holders = {
    lastSeen: ({ uid }: ExecutionId): HolderState => states.seen.get(uid) ?? { kind: 'live' },
    inspect: ({ uid }: ExecutionId): Promise<HolderState> => Promise.resolve(states.now.get(uid) ?? { kind: 'live' }),
  };
  const stop = new AbortController();
  const run = leases.run(stop.signal);
  await leases.synced();
  return {
    locks: new TargetLocks(client, leases, holders, { namespace, cooldownMs }, { inc: () => undefined }),
    leases,
    async stop() {
      stop.abort();
      await run;
    },
  };
}
