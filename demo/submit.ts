import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import {
  CreateWorkflowExecutionRequest,
  WorkflowExecutionServiceClient,
} from '../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { CreateWorkflowExecutionResponse } from '../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { Cluster } from '../test/cluster/index.ts';
import { withToken } from '../test/support/callers.ts';

/** An execution of a workflow of the demo. */
export interface Submission {
  readonly namespace: string;
  readonly name: string;
  /** OCI reference of the workflow's bundle. */
  readonly image: string;
  readonly target: string;
  /** Parameter of the sample workflow. */
  readonly message?: string;
  /** That the workflow runs as; default: the service's. */
  readonly serviceAccountName?: string;
}

/** The RemediationRequest of all executions of the demo. */
export const remediationRequest = 'rr-demo';

/** Creates an execution over gRPC, as RemediationOrchestrator does. */
export async function submitByGrpc(address: string, token: string, submission: Submission): Promise<void> {
  const interceptors = [withToken(token)];
  const client = new WorkflowExecutionServiceClient(address, credentials.createInsecure(), { interceptors });
  const create = promisify<CreateWorkflowExecutionRequest, CreateWorkflowExecutionResponse>(
    client.createWorkflowExecution.bind(client),
  );
  try {
    await create(
      CreateWorkflowExecutionRequest.create({
        parent: `namespaces/${submission.namespace}`,
        workflowExecutionId: submission.name,
        requestId: randomUUID(),
        workflowExecution: { spec: specOf(submission) },
      }),
    );
  } finally {
    client.close();
  }
}

/** Creates an execution over REST, as people do with curl or Swagger UI. */
export async function submitByRest(address: string, token: string, submission: Submission): Promise<void> {
  const url = `http://${address}/api/v1/namespaces/${submission.namespace}/workflowexecutions`;
  const body = JSON.stringify({ metadata: { name: submission.name }, spec: specOf(submission) });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', body, headers });
  if (!response.ok) throw new Error(`POST ${url} returned ${response.status}: ${await response.text()}`);
}

/** Creates an execution with `kubectl apply`, as GitOps does. */
export async function submitByKubectl(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  submission: Submission,
): Promise<void> {
  const resource = {
    apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
    kind: 'WorkflowExecution',
    metadata: { namespace: submission.namespace, name: submission.name },
    spec: specOf(submission),
  };
  const child = spawn(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, 'apply', '-f', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(JSON.stringify(resource));
  const ended: readonly unknown[] = await once(child, 'close');
  if (ended[0] !== 0) throw new Error(`kubectl apply exited with code ${String(ended[0])}`);
}

function specOf({ image, target, message, serviceAccountName }: Submission) {
  const [, workflowId = 'sample'] = /([^/:]+):[^/]*$/.exec(image) ?? [];
  return {
    remediationRequestRef: { name: remediationRequest },
    workflowRef: { workflowId, version: '1.0.0', containerImage: image },
    targetResource: target,
    ...(message === undefined ? {} : { parameters: { MESSAGE: message } }),
    ...(serviceAccountName === undefined ? {} : { executionConfig: { serviceAccountName } }),
  };
}
