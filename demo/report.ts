import type { Cluster } from '../test/cluster/index.ts';
import type { ServiceProcess } from '../test/support/service.ts';
import type { Row } from './view.ts';

/** Summary of the demo. */
export interface Summary {
  readonly submitted: number;
  readonly completed: number;
  readonly executions: readonly { readonly name: string; readonly phase: string; readonly outcome: string }[];
}

/** Summarizes the three executions. */
export function summaryOf(rows: readonly Row[]): Summary {
  return {
    submitted: 3,
    completed: rows.filter(({ phase }) => phase === 'Completed').length,
    executions: rows.map(({ name, phase, outcome }) => ({ name, phase, outcome })),
  };
}

/** Arguments of kubectl for a token of a ServiceAccount. */
export function tokenCommand(namespace: string, caller: string): string[] {
  return ['create', 'token', caller, '-n', namespace, '--audience', 'workflow-execution'];
}

/** Commands to continue by hand. */
export function nextSteps(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  service: Pick<ServiceProcess, 'http' | 'grpc'>,
  { namespace, caller }: { readonly namespace: string; readonly caller: string },
): string {
  const call = 'kubernaut.workflowexecution.v1.WorkflowExecutionService/ListWorkflowExecutions';
  return `
Next steps:
  kubectl      export KUBECONFIG=${cluster.kubeconfig}
               ${cluster.kubectl} get wfe -n ${namespace} -w
  a token      TOKEN=$(${cluster.kubectl} ${tokenCommand(namespace, caller).join(' ')})
  Swagger UI   http://${service.http}/docs   (Authorize with the token)
  REST         curl -s -H "Authorization: Bearer $TOKEN" \\
                 http://${service.http}/api/v1/namespaces/${namespace}/workflowexecutions
  gRPC         node_modules/.bin/buf curl --protocol grpc --http2-prior-knowledge \\
                 -H "Authorization: Bearer $TOKEN" -d '{"parent":"namespaces/${namespace}"}' \\
                 http://${service.grpc}/${call}
`;
}
