import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { leaseResource, type Lease } from '../../../src/kubernetes/lease.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import type { LockHolderState } from '../../../src/locking/lock-holders.ts';
import { lockLabel } from '../../../src/locking/lock-lease.ts';
import type { ExecutionId } from '../../../src/locking/lock-record.ts';
import { TargetLocks } from '../../../src/locking/target-locks.ts';

/** The target locks of one replica, with a connection and a cache of Leases of their own. */
export interface LockReplica {
  readonly locks: TargetLocks;
  readonly leases: Reflector<Lease>;
  /** Ends the watch: from then on the cache is stale. */
  stop(): Promise<void>;
}

/**
 * Starts a replica and waits until its cache is filled.
 *
 * @param ended UIDs of executions that have ended; all others are live
 */
export async function startLockReplica(
  config: PooledKubeConfig,
  namespace: string,
  ended: ReadonlySet<string>,
): Promise<LockReplica> {
  const client = new KubernetesClient(config);
  const labelSelector = `${lockLabel.name}=${lockLabel.value}`;
  const leases = new Reflector({ client, resource: leaseResource, namespaces: [namespace], labelSelector });
  const stateOf = ({ uid }: ExecutionId): LockHolderState => ({ kind: ended.has(uid) ? 'ended' : 'live' });
  const holders = { cached: stateOf, live: (id: ExecutionId) => Promise.resolve(stateOf(id)) };
  const stop = new AbortController();
  const run = leases.run(stop.signal);
  await leases.waitForSync();
  return {
    locks: new TargetLocks(client, leases, holders, { namespace, cooldownMs: 300_000 }, { inc: () => undefined }),
    leases,
    async stop() {
      stop.abort();
      await run;
    },
  };
}
