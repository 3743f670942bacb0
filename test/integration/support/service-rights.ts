import { Authorizer } from '../../../src/auth/authorizer.ts';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { recordOf } from '../../../src/kubernetes/json.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import { until } from './until.ts';

const parse = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- the product's own objects
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true, parse };
const roles = { ...rbac, plural: 'roles', kind: 'Role' };
const roleBindings = { ...rbac, plural: 'rolebindings', kind: 'RoleBinding' };

/** The rights on Leases that the manifests give the service: on its locks, and on the Lease of the cluster. */
const shipped = [
  { namespace: 'kubernaut-system', name: 'workflow-execution' },
  { namespace: 'kube-system', name: 'workflow-execution-installation' },
];
const service = { username: 'system:serviceaccount:kubernaut-system:workflow-execution', groups: [], extra: {} };

/** Gives the service the rights in a namespace that it is shipped with elsewhere, so that it can keep its Leases there. */
export async function letServiceKeepLocks(client: KubernetesClient, namespace: string): Promise<void> {
  for (const key of shipped) {
    for (const resource of [roles, roleBindings]) {
      const { rules, roleRef, subjects } = recordOf(await client.get(resource, key));
      const { kind } = resource;
      const metadata = { namespace, name: key.name };
      const apiVersion = `${rbac.group}/${rbac.version}`;
      await client.create(resource, { apiVersion, kind, metadata, rules, roleRef, subjects });
    }
  }
  const authorizer = new Authorizer(client, { authCacheMs: 0 });
  const access = { group: 'coordination.k8s.io', resource: 'leases', verb: 'create', namespace };
  await until('the service may keep locks', () => authorizer.allows(service, access));
}
