import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';
import type { Cluster } from '../cluster/index.ts';

const root = join(import.meta.dirname, '..', '..');

/** Everything but the Deployments and what belongs to one of them. */
const exceptPods = '!app.kubernetes.io/component';

/**
 * Applies the product's own manifests to a cluster: the CRD, and the namespace, ServiceAccounts, rights and policies. Not
 * the pods: the caller starts the service as a process.
 *
 * @throws ClusterError with what kubectl said
 */
export async function applyProduct(cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>): Promise<void> {
  const base = join(root, 'deploy', 'base');
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '-l', exceptPods, '-k', base);
  await waitForCrd(cluster);
  // The first who asks makes the API server set up its storage, and is told to come back; kubectl does.
  await kubectl(cluster, 'get', crdName, '--all-namespaces');
}

/**
 * Waits until the API server serves the CRD of executions. Its names come first, because kubectl fails on a condition while
 * there is none at all; they are written together with the first one.
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
 * @returns what it printed on stdout
 * @throws ClusterError with what it printed on stderr
 */
export async function kubectl(cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...args]);
  if (code !== 0) throw new ClusterError(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
