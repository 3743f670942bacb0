import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';
import type { Cluster } from '../cluster/index.ts';

const root = join(import.meta.dirname, '..', '..');

/** Everything except the Deployments and their companions. */
const exceptPods = '!app.kubernetes.io/component';

/**
 * Applies the product's manifests to a cluster: CRD, namespace, ServiceAccounts, RBAC and policies. Without pods, because the
 * caller starts the service as a process.
 *
 * @throws ClusterError with kubectl's message
 */
export async function applyProduct(cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>): Promise<void> {
  const base = join(root, 'deploy', 'base');
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '-l', exceptPods, '-k', base);
  await waitForCrd(cluster);
  // The API server sets up storage at the first request, which it rejects with Retry-After; kubectl retries.
  await kubectl(cluster, 'get', crdName, '--all-namespaces');
}

/**
 * Waits until the API server serves the CRD of executions: first for its names, because kubectl fails on a condition while
 * there are none; both are written together.
 */
export async function waitForCrd(cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>): Promise<void> {
  for (const what of ['jsonpath={.status.acceptedNames.kind}=WorkflowExecution', 'condition=Established']) {
    await kubectl(cluster, 'wait', `--for=${what}`, '--timeout=30s', `crd/${crdName}`);
  }
}

const crdName = 'workflowexecutions.workflowexecution.kubernaut.ai';

/**
 * Runs kubectl on a cluster.
 *
 * @returns its stdout
 * @throws ClusterError with its stderr
 */
export async function kubectl(cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...args]);
  if (code !== 0) throw new ClusterError(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
