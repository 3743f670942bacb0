import { join } from 'node:path';
import { ClusterError } from '../test/cluster/errors.ts';
import type { Cluster } from '../test/cluster/index.ts';
import { kubectl } from '../test/support/product.ts';
import { systemNamespace } from '../test/support/service-account.ts';

const root = join(import.meta.dirname, '..');
const crd = 'crd/workflowexecutions.workflowexecution.kubernaut.ai';
const show = ['--ignore-not-found', '-o', 'name'];
/** Label of namespaces that the demo has created. */
const label = 'workflowexecution.kubernaut.ai/demo';

type Kubectl = Pick<Cluster, 'kubectl' | 'kubeconfig'>;

/**
 * Checks that neither the demo's namespace nor the service's exists, and that the service does not run on the cluster.
 *
 * @throws ClusterError naming the conflict
 */
export async function requireFree(cluster: Kubectl, namespace: string): Promise<void> {
  const found = await kubectl(cluster, 'get', 'namespace', namespace, ...show);
  const own = await kubectl(cluster, 'get', 'namespaces', '-l', label, '-o', 'name');
  const elsewhere = 'Use another cluster: without KUBECONFIG the demo starts its own.';
  if (found !== '' && !own.includes(found)) {
    throw new ClusterError(`The namespace ${namespace} exists and was not created by the demo. ${elsewhere}`);
  }
  if (!(await isInstalled(cluster)) && (await kubectl(cluster, 'get', 'namespace', systemNamespace, ...show)) !== '') {
    throw new ClusterError(`The namespace ${systemNamespace} exists, and the demo would remove it. ${elsewhere}`);
  }
  const running = await kubectl(cluster, 'get', 'deployments', '-A', '-l', 'app.kubernetes.io/name=workflow-execution');
  if (running !== '') {
    throw new ClusterError(`The service already runs on this cluster:\n${running}${elsewhere}`);
  }
}

/** Whether the product's manifests are installed, so that the demo must not remove them. */
export async function isInstalled(cluster: Kubectl): Promise<boolean> {
  return (await kubectl(cluster, 'get', crd, ...show)) !== '';
}

/** Creates the namespace, after removing that of a killed demo. */
export async function createNamespace(cluster: Kubectl, namespace: string): Promise<void> {
  await removeNamespace(cluster, namespace);
  await kubectl(cluster, 'create', 'namespace', namespace);
  await kubectl(cluster, 'label', 'namespace', namespace, `${label}=true`);
}

/** Deletes the executions while the service runs, which removes its finalizers. */
export async function removeExecutions(cluster: Kubectl, namespace: string): Promise<void> {
  await kubectl(cluster, 'delete', 'workflowexecutions', '--all', '-n', namespace, '--timeout=60s');
}

/** Deletes the namespace with everything that an interrupted demo has left. */
export async function removeNamespace(cluster: Kubectl, namespace: string): Promise<void> {
  const left = await kubectl(cluster, 'get', 'workflowexecutions,pipelineruns', '-n', namespace, '-o', 'name');
  for (const name of left.split('\n').filter((line) => line !== '')) {
    const release = ['--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
    await kubectl(cluster, 'patch', name, '-n', namespace, ...release);
  }
  await kubectl(cluster, 'delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
}

/** Removes the product's manifests, the ServiceAccount of the demo's service and its Lease. */
export async function uninstall(cluster: Kubectl): Promise<void> {
  const gone = ['--ignore-not-found', '--timeout=120s'];
  await kubectl(cluster, 'delete', '-f', join(root, 'deploy/components/one-process/service-account.yaml'), ...gone);
  await kubectl(cluster, 'delete', '-k', join(root, 'deploy/base'), ...gone);
  await kubectl(cluster, 'delete', 'lease', 'workflow-execution-installation', '-n', 'kube-system', ...gone);
}
