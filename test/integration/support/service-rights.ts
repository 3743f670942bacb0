import { Authorizer, type ResourceAttributes } from '../../../src/auth/authorizer.ts';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { arrayOf, recordOf } from '../../../src/kubernetes/json.ts';
import type { KubernetesObject, ObjectKey } from '../../../src/kubernetes/kubernetes-object.ts';
import { pauseConfigMap } from '../../../src/pauses/pause.ts';
import { serviceAccounts, systemNamespace } from '../../support/service-account.ts';
import { until } from '../../support/until.ts';

const parse = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- the product's own objects
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true, parse };
const roles = { ...rbac, plural: 'roles', kind: 'Role' };
const roleBindings = { ...rbac, plural: 'rolebindings', kind: 'RoleBinding' };

/** The Role of the controller for its locks. */
const locks = { namespace: systemNamespace, name: serviceAccounts.controller };
/** The Role of the controller for the Lease of the cluster. */
const claim = { namespace: 'kube-system', name: 'workflow-execution-installation' };
/** The Role of the API for the ConfigMap of pauses. */
const pauses = { namespace: systemNamespace, name: serviceAccounts.api };
const leases = { group: 'coordination.k8s.io', resource: 'leases', verb: 'create' };
/** A process with both roles. */
const both = { kind: 'ServiceAccount', namespace: systemNamespace, name: serviceAccounts.both };

/** Grants the controller its rights on Leases and on the ConfigMap of pauses in a namespace. */
export function letServiceKeepLocks(client: KubernetesClient, namespace: string): Promise<void> {
  return copyRole(client, locks, namespace, leases, both);
}

/** Grants the API its right on the ConfigMap of pauses in a namespace. */
export function letApiReadPauses(client: KubernetesClient, namespace: string): Promise<void> {
  return copyRole(client, pauses, namespace, { group: '', resource: 'configmaps', verb: 'list', name: pauseConfigMap });
}

/**
 * Gives the controller the rights in a namespace that it has in kube-system, so that it can claim the cluster there. Not in a
 * namespace where it keeps locks: RBAC would name either Role as what granted a request.
 */
export function letServiceClaimCluster(client: KubernetesClient, namespace: string): Promise<void> {
  return copyRole(client, claim, namespace, leases, both);
}

/**
 * @param access a right that the Role grants, which is awaited
 * @param user who gets it too
 */
async function copyRole(
  client: KubernetesClient,
  key: ObjectKey,
  namespace: string,
  access: ResourceAttributes,
  user?: typeof both,
): Promise<void> {
  const metadata = { namespace, name: key.name };
  const apiVersion = `${rbac.group}/${rbac.version}`;
  const { rules } = recordOf(await client.get(roles, key));
  await client.create(roles, { apiVersion, kind: roles.kind, metadata, rules });
  const { roleRef, subjects } = recordOf(await client.get(roleBindings, key));
  const bound = { roleRef, subjects: [...arrayOf(subjects), ...(user === undefined ? [] : [user])] };
  await client.create(roleBindings, { apiVersion, kind: roleBindings.kind, metadata, ...bound });
  const authorizer = new Authorizer(client, { authCacheMs: 0 });
  const account = user?.name ?? key.name;
  const caller = { username: `system:serviceaccount:${systemNamespace}:${account}`, groups: [], extra: {} };
  await until(`${account} has its rights`, () => authorizer.allows(caller, { ...access, namespace }));
}
