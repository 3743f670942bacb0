import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../test/cluster/index.ts';
import type { ServiceProcess } from '../test/support/service.ts';
import { callers, tokenCommand } from './people.ts';
import { expectedPhases } from './scenario.ts';
import type { Row } from './view.ts';

/** Summary of the demo. */
export interface Summary {
  /** Whether each execution ended in the expected phase. */
  readonly asExpected: boolean;
  readonly executions: readonly { readonly name: string; readonly phase: string; readonly outcome: string }[];
}

/** Summarizes the executions. */
export function summaryOf(rows: readonly Row[]): Summary {
  return {
    asExpected: isDeepStrictEqual(Object.fromEntries(rows.map(({ name, phase }) => [name, phase])), expectedPhases),
    executions: rows.map(({ name, phase, outcome }) => ({ name, phase, outcome })),
  };
}

/** Commands to continue by hand. */
export function nextSteps(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  service: Pick<ServiceProcess, 'http' | 'grpc'>,
  namespace: string,
): string {
  const call = 'kubernaut.workflowexecution.v1.WorkflowExecutionService/ListWorkflowExecutions';
  return `
Next steps:
  kubectl      export KUBECONFIG=${cluster.kubeconfig}
               ${cluster.kubectl} get wfe -n ${namespace} -w
  as alice     TOKEN=$(${cluster.kubectl} ${tokenCommand(namespace, callers.person).join(' ')})
  Swagger UI   http://${service.http}/docs   (Authorize with the token)
  REST         curl -s -H "Authorization: Bearer $TOKEN" \\
                 http://${service.http}/api/v1/namespaces/${namespace}/workflowexecutions
  gRPC         node_modules/.bin/buf curl --protocol grpc --http2-prior-knowledge \\
                 -H "Authorization: Bearer $TOKEN" -d '{"parent":"namespaces/${namespace}"}' \\
                 http://${service.grpc}/${call}
`;
}
