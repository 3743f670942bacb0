/** Executions of production size and shape: some parameters, and the reasons of the analysis. */
const resource = 'workflowexecution.kubernaut.ai/v1alpha1';
/** Workflow id of all executions. */
export const workflowId = 'oomkill-increase-memory';

/** Path of the executions of a namespace. */
export function executionsPath(namespace: string): string {
  return `/apis/${resource}/namespaces/${namespace}/workflowexecutions`;
}

/** Path of the PipelineRuns of a namespace. */
export function pipelineRunsPath(namespace: string): string {
  return `/apis/tekton.dev/v1/namespaces/${namespace}/pipelineruns`;
}

/** Path of the list of unfinished pods, by which the service ensures that a run has ended. */
export function unfinishedPodsPath(namespace: string): string {
  const fieldSelector = 'spec.restartPolicy=Never,status.phase!=Succeeded,status.phase!=Failed';
  return `/api/v1/namespaces/${namespace}/pods?${new URLSearchParams({ fieldSelector, limit: '100' }).toString()}`;
}

const terminal = new Set(['Completed', 'Failed', 'Skipped']);

/** Whether a phase is terminal. */
export function isTerminal(phase: string | undefined): boolean {
  return phase !== undefined && terminal.has(phase);
}

/** Options of an execution. */
export interface ExecutionOptions {
  readonly name: string;
  /** Default: its own target. */
  readonly target?: string;
  readonly ttlSecondsAfterFinished?: number;
  /** Default: one in no registry, of typical size. */
  readonly workflow?: Workflow;
}

/** A workflow and its parameters. */
export interface Workflow {
  /** Reference of its bundle. */
  readonly image: string;
  readonly digest?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A workflow in no registry, with parameters of typical size. */
export function someWorkflow(target: string): Workflow {
  return {
    image: 'quay.io/kubernaut/oomkill:v1.0.0',
    digest: `sha256:${'0'.repeat(64)}`,
    parameters: { NAMESPACE: 'payment', DEPLOYMENT: target, MEMORY_LIMIT: '512Mi', REASON: 'x'.repeat(200) },
  };
}

/** The target resource of a Deployment's name. */
export function targetResource(target: string): string {
  return `payment/deployment/${target}`;
}

/** An execution to create. */
export interface NewExecution {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** Builds an execution to create. */
export function newExecution({
  name,
  target = name,
  ttlSecondsAfterFinished,
  workflow,
}: ExecutionOptions): NewExecution {
  const { image, digest, parameters } = workflow ?? someWorkflow(target);
  return {
    apiVersion: resource,
    kind: 'WorkflowExecution',
    metadata: { name },
    spec: {
      remediationRequestRef: { name: `rr-${name}` },
      workflowRef: {
        workflowId,
        version: '1.0.0',
        containerImage: image,
        containerDigest: digest,
      },
      targetResource: targetResource(target),
      parameters,
      confidence: 0.92,
      rationale: 'The container was killed three times within ten minutes at its memory limit. '.repeat(4),
      ttlSecondsAfterFinished,
    },
  };
}

/** A status as written by the service, for patches of the ceiling; different for each number. */
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
