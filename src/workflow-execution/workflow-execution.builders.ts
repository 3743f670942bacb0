import { parameterBytes } from './generated/parameter-rules.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionMetadata,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from './generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from './resource.ts';

/** A valid spec for tests; `over` replaces fields. */
export function aSpec(over: Partial<WorkflowExecutionSpec> = {}): WorkflowExecutionSpec {
  return {
    remediationRequestRef: { name: 'rr-pod-crash-f8a3b9c2' },
    workflowRef: {
      workflowId: 'oomkill-increase-memory',
      version: '1.0.0',
      containerImage: 'quay.io/kubernaut/oomkill:v1.0.0',
    },
    targetResource: 'payment/deployment/payment-api',
    ...over,
  };
}

/** Parameters of the maximum total size, of one character that is a byte in UTF-8. */
export function largestParameters(character: string): Record<string, string> {
  const names = Array.from({ length: 8 }, (_, index) => `P${index}`);
  const [size, rest] = [Math.floor(parameterBytes.max / names.length), parameterBytes.max % names.length];
  return Object.fromEntries(
    names.map((name, index) => [name, character.repeat(size - name.length + (index === 0 ? rest : 0))]),
  );
}

/** A WorkflowExecution for tests, as the API server would return it. */
export function aWorkflowExecution(
  over: {
    metadata?: Partial<WorkflowExecutionMetadata>;
    spec?: Partial<WorkflowExecutionSpec>;
    status?: WorkflowExecutionStatus;
  } = {},
): WorkflowExecution {
  return {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: {
      name: 'we-pod-crash',
      namespace: 'payment',
      uid: '5e0b7a5c-0f0b-4a3e-9f4f-1f2d3c4b5a69',
      resourceVersion: '1001',
      generation: 1,
      creationTimestamp: '2026-01-02T03:04:05Z',
      ...over.metadata,
    },
    spec: aSpec(over.spec),
    ...(over.status === undefined ? {} : { status: over.status }),
  };
}
