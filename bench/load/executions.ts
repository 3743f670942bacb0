/** Executions as they are in production, in size and shape: some parameters, and the reasons of the analysis. */
const resource = 'workflowexecution.kubernaut.ai/v1alpha1';

/** Path of the executions of a namespace. */
export function executionsPath(namespace: string): string {
  return `/apis/${resource}/namespaces/${namespace}/workflowexecutions`;
}

/** Path of the PipelineRuns of a namespace. */
export function pipelineRunsPath(namespace: string): string {
  return `/apis/tekton.dev/v1/namespaces/${namespace}/pipelineruns`;
}

/** What may differ between executions. */
export interface ExecutionOptions {
  readonly name: string;
  /** Default: one of its own. */
  readonly target?: string;
  readonly ttlSecondsAfterFinished?: number;
}

/** An execution as it is sent to be created. */
export interface NewExecution {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** An execution to be created. */
export function newExecution({ name, target = name, ttlSecondsAfterFinished }: ExecutionOptions): NewExecution {
  return {
    apiVersion: resource,
    kind: 'WorkflowExecution',
    metadata: { name },
    spec: {
      remediationRequestRef: { name: `rr-${name}` },
      workflowRef: {
        workflowId: 'oomkill-increase-memory',
        version: '1.0.0',
        containerImage: 'quay.io/kubernaut/oomkill:v1.0.0',
        containerDigest: `sha256:${'0'.repeat(64)}`,
      },
      targetResource: `payment/deployment/${target}`,
      parameters: { NAMESPACE: 'payment', DEPLOYMENT: target, MEMORY_LIMIT: '512Mi', REASON: 'x'.repeat(200) },
      confidence: 0.92,
      rationale: 'The container was killed three times within ten minutes at its memory limit. '.repeat(4),
      ttlSecondsAfterFinished,
    },
  };
}

/** A status as the service writes it, for patches of the ceiling; each number makes another one. */
export function someStatus(name: string, number: number): object {
  const lastTransitionTime = '2026-01-02T03:04:05Z';
  const condition = { status: 'True', lastTransitionTime, observedGeneration: 1 };
  return {
    observedGeneration: 1,
    phase: 'Running',
    message: `The PipelineRun is running (${number})`,
    pipelineRunRef: { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, namespace: 'payment' },
    startTime: lastTransitionTime,
    conditions: [
      { ...condition, type: 'Ready', status: 'False', reason: 'Running', message: `Tasks Completed: ${number}` },
      {
        ...condition,
        type: 'PipelineRunCreated',
        reason: 'PipelineRunCreated',
        message: `PipelineRun ${name} was created`,
      },
      {
        ...condition,
        type: 'AuditRecorded',
        status: 'False',
        reason: 'Pending',
        message: 'Audit events are on their way',
      },
    ],
  };
}
