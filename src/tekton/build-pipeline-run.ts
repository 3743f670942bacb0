import type { OwnerReference } from '../kubernetes/kubernetes-object.ts';
import type { WorkflowExecution, WorkflowExecutionSpec } from '../workflow-execution/generated/workflow-execution.ts';
import { ownPrefix } from '../workflow-execution/metadata.ts';
import { serviceAccountOf } from '../workflow-execution/execution.ts';
import { bundleReference } from '../workflow-execution/image-reference.ts';
import { parametersOf } from '../workflow-execution/parameters.ts';
import { targetOf } from '../workflow-execution/target-resource.ts';
import { labelValue, pipelineRunName } from './names.ts';
import { pipelineRunApiVersion, pipelineRunResource } from './pipeline-run.ts';

/** The labels by which PipelineRuns of this service are found, and the annotations that carry the raw values. */
export const pipelineRunLabels = {
  workflowExecution: 'kubernaut.ai/workflow-execution',
  workflowId: 'kubernaut.ai/workflow-id',
  targetResource: 'kubernaut.ai/target-resource',
} as const;

/**
 * Keeps a PipelineRun in place until its outcome has been recorded, whoever deletes it. It is removed once the PipelineRun
 * is being deleted; a PipelineRun that nobody deletes keeps it.
 */
export const pipelineRunFinalizer = `${ownPrefix}pipelinerun-outcome`;

/**
 * Where Tekton looks for the trace that the spans of a run belong to: a JSON object with W3C trace context
 * (`SpanContextAnnotation` of pkg/reconciler/pipelinerun/tracing.go).
 */
export const spanContextAnnotation = 'tekton.dev/pipelinerunSpanContext';

type ExecutionConfig = NonNullable<WorkflowExecutionSpec['executionConfig']>;

interface StringParam {
  readonly name: string;
  readonly value: string;
}

/** A PipelineRun as it is sent to the API server (https://tekton.dev/docs/pipelines/pipelineruns/). */
export interface NewPipelineRun {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly finalizers: readonly string[];
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: {
    readonly pipelineRef: { readonly resolver: 'bundles'; readonly params: readonly StringParam[] };
    readonly params: readonly StringParam[];
    readonly taskRunTemplate: { readonly serviceAccountName: string; readonly podTemplate?: typeof restrictedPods };
    readonly timeouts?: Timeouts;
  };
}

/** Of a run: as a whole, and of its tasks or its `finally` tasks, each a Go duration. */
type Timeouts = { readonly pipeline: string } & ({ readonly tasks: string } | { readonly finally: string });

/** Under which Pod Security Standard the pods of a run are to be admitted; `none` adds nothing to them. */
export type PodSecurity = 'restricted' | 'none';

/**
 * What the Pod Security Standard `restricted` wants of a pod as a whole. What it wants of each container can be said only by the
 * container itself: by the steps of the workflow, and by Tekton for its own (feature flag `set-security-context`).
 */
const restrictedPods = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } } as const;

/** What a PipelineRun depends on beside its execution. */
export interface PipelineRunOptions {
  /** Default: restricted. */
  readonly podSecurity?: PodSecurity;
  /** Of the span that it is created in, for Tekton to continue. */
  readonly traceparent?: string;
}

/** The one PipelineRun of an execution. The same execution and options always give the same PipelineRun. */
export function buildPipelineRun(
  execution: WorkflowExecution,
  { podSecurity = 'restricted', traceparent }: PipelineRunOptions = {},
): NewPipelineRun {
  const { executionConfig = {}, workflowRef } = execution.spec;
  const serviceAccountName = serviceAccountOf(execution.spec);
  const timeouts = timeoutsOf(executionConfig);
  return {
    apiVersion: pipelineRunApiVersion,
    kind: pipelineRunResource.kind,
    metadata: {
      name: pipelineRunName(execution),
      namespace: execution.metadata.namespace,
      ...marks(execution, traceparent),
      finalizers: [pipelineRunFinalizer],
      ownerReferences: [ownedBy(execution)],
    },
    spec: {
      pipelineRef: {
        resolver: 'bundles',
        params: stringParams({
          bundle: bundleReference(workflowRef),
          name: 'workflow',
          // Without it the resolver looks for a Task (https://tekton.dev/docs/pipelines/bundle-resolver/).
          kind: 'pipeline',
          // Whose image pull secrets the resolver uses; without it those of `default`. Read by every v1 of Tekton
          // (`OptionsFromParams` in pkg/resolution/resolver/bundle/params.go), although its page names only `secret`.
          serviceAccount: serviceAccountName,
        }),
      },
      params: workflowParams(execution),
      taskRunTemplate: {
        serviceAccountName,
        ...(podSecurity === 'restricted' ? { podTemplate: restrictedPods } : {}),
      },
      ...(timeouts === undefined ? {} : { timeouts }),
    },
  };
}

/**
 * Tekton gives a task without a timeout of its own that of `tasks`, or `pipeline` less `finally`; without both its default of one
 * hour, whatever `pipeline` says (`pipelineRunTimeout` in pkg/reconciler/pipelinerun, since Tekton v1.11).
 */
function timeoutsOf({ timeout, finallyTimeout }: ExecutionConfig): Timeouts | undefined {
  if (timeout === undefined) return undefined;
  return finallyTimeout === undefined
    ? { pipeline: timeout, tasks: timeout }
    : { pipeline: timeout, finally: finallyTimeout };
}

function marks(
  execution: WorkflowExecution,
  traceparent: string | undefined,
): Pick<NewPipelineRun['metadata'], 'labels' | 'annotations'> {
  const raw = {
    [pipelineRunLabels.workflowExecution]: execution.metadata.name,
    [pipelineRunLabels.workflowId]: execution.spec.workflowRef.workflowId,
    [pipelineRunLabels.targetResource]: targetOf(execution) ?? execution.spec.targetResource,
  };
  const labels = Object.entries(raw).map(([key, value]) => [key, labelValue(value)] as const);
  const trace: Record<string, string> =
    traceparent === undefined ? {} : { [spanContextAnnotation]: JSON.stringify({ traceparent }) };
  return { labels: Object.fromEntries(labels), annotations: { ...raw, ...trace } };
}

function ownedBy({ apiVersion, kind, metadata }: WorkflowExecution): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** In the order of their names, so that the order in which the API server returns a map does not matter. */
function workflowParams({ spec }: WorkflowExecution): StringParam[] {
  return stringParams(parametersOf(spec)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function stringParams(values: Readonly<Record<string, string>>): StringParam[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
