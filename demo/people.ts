import { join } from 'node:path';
import type { Cluster } from '../test/cluster/index.ts';
import { kubectl } from '../test/support/product.ts';
import { restartWorkflow } from '../test/support/restart-workflow.ts';
import { createNamespace } from './installation.ts';

/** Callers of the API, each a ServiceAccount with rights and tokens of its own: a program and a person. */
export const callers = { program: 'remediation-orchestrator', person: 'alice' } as const;
/** The Deployment that a workflow of the demo restarts. */
export const deployment = 'web';

type Kubectl = Pick<Cluster, 'kubectl' | 'kubeconfig'>;

/** Creates the namespace of the executions with its callers, the ServiceAccounts of workflows, and a Deployment. */
export async function prepareNamespace(cluster: Kubectl, namespace: string, image: string): Promise<void> {
  await createNamespace(cluster, namespace);
  await kubectl(cluster, 'create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace);
  await kubectl(cluster, 'apply', '-n', namespace, '-f', join(restartWorkflow, 'rbac.yaml'));
  for (const caller of Object.values(callers)) {
    await kubectl(cluster, 'create', 'serviceaccount', caller, '-n', namespace);
    const role = ['--clusterrole=workflow-execution-operator', `--serviceaccount=${namespace}:${caller}`];
    await kubectl(cluster, 'create', 'rolebinding', caller, '-n', namespace, ...role);
  }
  const command = ['--', 'sh', '-c', "trap 'exit 0' TERM; while :; do sleep 1; done"];
  await kubectl(cluster, 'create', 'deployment', deployment, '-n', namespace, `--image=${image}`, ...command);
  await kubectl(cluster, 'rollout', 'status', `deployment/${deployment}`, '-n', namespace, '--timeout=120s');
}

/** Arguments of kubectl for a token of a ServiceAccount. */
export function tokenCommand(namespace: string, caller: string): string[] {
  return ['create', 'token', caller, '-n', namespace, '--audience', 'workflow-execution'];
}

/** A token of a caller. */
export async function tokenOf(cluster: Kubectl, namespace: string, caller: string): Promise<string> {
  return (await kubectl(cluster, ...tokenCommand(namespace, caller))).trim();
}
