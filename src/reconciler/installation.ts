import type { Config } from '../config/config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { ForbiddenError } from '../kubernetes/errors.ts';
import type { ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { leaseResource } from '../kubernetes/lease.ts';

/** Name of the Lease by which the replicas of an installation elect a leader. */
export const leaderLeaseName = 'workflow-execution-leader';

/** Name of the Lease of the installation that reconciles the cluster; its holder is a namespace. */
export const installationLeaseName = 'workflow-execution-installation';

/** Another installation of this service reconciles the cluster. */
export class AnotherInstallationError extends Error {
  override readonly name = 'AnotherInstallationError';

  constructor(namespace: string, lease: ObjectKey) {
    super(
      `The installation in namespace ${namespace} reconciles this cluster (Lease ${lease.namespace}/${lease.name}), and a ` +
        'cluster has one. If that one is gone, delete the Lease: ' +
        `kubectl -n ${lease.namespace} delete lease ${lease.name}`,
    );
  }
}

/** The key of the Lease of the installation that reconciles the cluster. */
export function installationLeaseKey({ clusterLeaseNamespace }: Pick<Config, 'clusterLeaseNamespace'>): ObjectKey {
  return { namespace: clusterLeaseNamespace, name: installationLeaseName };
}

/**
 * Checks before the start that no other installation reconciles the cluster.
 *
 * @throws AnotherInstallationError
 */
export async function requireOnlyInstallation(
  client: Pick<KubernetesClient, 'find'>,
  config: Pick<Config, 'namespace' | 'clusterLeaseNamespace' | 'leaderElection' | 'roles'>,
): Promise<void> {
  if (!config.leaderElection || !config.roles.includes('controller')) return;
  const key = installationLeaseKey(config);
  const holder = await holderOf(client, key);
  if (holder !== undefined && holder !== config.namespace) throw new AnotherInstallationError(holder, key);
}

async function holderOf(client: Pick<KubernetesClient, 'find'>, key: ObjectKey): Promise<string | undefined> {
  try {
    const lease = await client.find(leaseResource, key, { timeoutMs: 10_000 });
    return lease?.spec.holderIdentity || undefined;
  } catch (error) {
    // Without this right nothing is reconciled, which is logged repeatedly; the API can be served all the same.
    if (error instanceof ForbiddenError) return undefined;
    throw error;
  }
}
