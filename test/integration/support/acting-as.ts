import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';

/**
 * A client of an administrator that impersonates another user
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation).
 */
export function actingAs(config: PooledKubeConfig, user: string): KubernetesClient {
  return new KubernetesClient({
    server: config.server,
    async connection() {
      const connection = await config.connection();
      return { ...connection, headers: { ...connection.headers, 'impersonate-user': user } };
    },
    expire: () => config.expire(),
  });
}
