import { isDeepStrictEqual } from 'node:util';
import { callers, tokenCommand } from './people.ts';
import { expectedPhases, type Demo } from './scenario.ts';
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
export function nextSteps({
  cluster,
  service,
  namespace,
  workflows,
}: Pick<Demo, 'cluster' | 'service' | 'namespace' | 'workflows'>): string {
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
  Metrics      http://${service.metrics}/metrics
  Examples     export NS=${namespace} WFE_URL=http://${service.http} WFE_GRPC=${service.grpc} \\
                 BUNDLE=${workflows.restart}   (continue in examples/README.md)
`;
}
