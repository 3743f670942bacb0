import type { ApiServer } from '../load/api-server.ts';
import { forEachParallel } from '../../test/support/parallel.ts';
import { executionsPath, pipelineRunsPath } from '../load/executions.ts';
import { trustedJson } from '../load/json.ts';

const concurrency = 32;
/** Page size. */
const page = 500;

/**
 * Removes a namespace with its content, so that the next measurement does not share the API server with its deletion. No
 * service may be running, since it would add finalizers again.
 */
export async function removeNamespace(api: ApiServer, namespace: string): Promise<void> {
  for (const path of [executionsPath(namespace), pipelineRunsPath(namespace)]) {
    for (let names = await firstPage(api, path); names.length > 0; names = await firstPage(api, path)) {
      await forEachParallel(concurrency, names, async (name) => {
        await api.call('PATCH', `${path}/${name}`, { metadata: { finalizers: null } });
        await api.call('DELETE', `${path}/${name}`);
      });
    }
  }
  await api.call('DELETE', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
  // Little is left for Kubernetes to delete.
  await api.call('DELETE', `/api/v1/namespaces/${namespace}`);
}

/** Removes the Leases of targets and of the leader. No service may be running. */
export async function removeLeases(api: ApiServer): Promise<void> {
  await api.must('DELETE', '/apis/coordination.k8s.io/v1/namespaces/kubernaut-system/leases');
}

async function firstPage(api: ApiServer, path: string): Promise<string[]> {
  const { text } = await api.call('GET', `${path}?limit=${page}`);
  const { items } = trustedJson<{ readonly items: readonly { readonly metadata: { readonly name: string } }[] }>(text);
  return items.map(({ metadata }) => metadata.name);
}
