import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true };
const parse = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects
const roles = { ...rbac, plural: 'roles', kind: 'Role', parse };
const roleBindings = { ...rbac, plural: 'rolebindings', kind: 'RoleBinding', parse };

/** Rights granted to a user. */
export interface Rights {
  /** Revokes them. */
  revoke(): Promise<void>;
}

/** Lets a user list and watch the ConfigMaps of a namespace. The API server takes a moment to act on it. */
export async function grantReading(client: KubernetesClient, namespace: string, user: string): Promise<Rights> {
  const apiVersion = `${rbac.group}/${rbac.version}`;
  const metadata = { namespace, generateName: 'reading-' };
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }];
  const role = await client.create(roles, { apiVersion, kind: 'Role', metadata, rules });
  const binding = await client.create(roleBindings, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac.group, kind: 'Role', name: role.metadata.name },
    subjects: [{ apiGroup: rbac.group, kind: 'User', name: user }],
  });
  return { revoke: () => client.delete(roleBindings, binding.metadata) };
}
