import type { OwnerReference } from '../kubernetes/kubernetes-object.ts';
import type { WorkflowExecution, WorkflowExecutionSpec } from '../workflow-execution/generated/workflow-execution.ts';
import { ownPrefix } from '../workflow-execution/metadata.ts';
import { serviceAccountOf } from '../workflow-execution/execution.ts';
import { bundleReference } from '../workflow-execution/image-reference.ts';
import { parametersOf } from '../workflow-execution/parameters.ts';
import { targetOf } from '../workflow-execution/target-resource.ts';
import { labelValue, pipelineRunName } from './names.ts';
import { pipelineRunApiVersion, pipelineRunResource } from './pipeline-run.ts';

/** Labels of the PipelineRuns of this service; annotations of the same names have the raw values. */
export const pipelineRunLabels = {
  workflowExecution: 'kubernaut.ai/workflow-execution',
  workflowId: 'kubernaut.ai/workflow-id',
  targetResource: 'kubernaut.ai/target-resource',
} as const;

/** Keeps a deleted PipelineRun until its outcome has been recorded. It is only removed during a deletion. */
export const pipelineRunFinalizer = `${ownPrefix}pipelinerun-outcome`;

/**
 * Annotation with the parent of Tekton's spans: a JSON object with W3C trace context (`SpanContextAnnotation` of
 * pkg/reconciler/pipelinerun/tracing.go).
 */
export const spanContextAnnotation = 'tekton.dev/pipelinerunSpanContext';

type ExecutionConfig = NonNullable<WorkflowExecutionSpec['executionConfig']>;

/** The Pod Security Standard that the pods of a run comply with; `none` adds nothing. */
export type PodSecurity = 'restricted' | 'none';

/**
 * The pod-level settings of the Pod Security Standard `restricted`. The workflow's steps must set those of containers, as Tekton
 * does for its own (feature flag `set-security-context`).
 */
const restrictedPods = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } } as const;

/** The settings that a PipelineRun is created with. */
export interface PipelineRunSettings {
  /** Default: restricted. */
  readonly podSecurity: PodSecurity;
}

/**
 * The settings that an earlier attempt may have created the PipelineRun with, the current ones first: they may have changed
 * since. The former value of a free text is unknown: `hasSpecOf` must not compare its field.
 */
export function possibleSettings(current: PipelineRunSettings): readonly PipelineRunSettings[] {
  return [current, { podSecurity: current.podSecurity === 'none' ? 'restricted' : 'none' }];
}

/** Options of a PipelineRun that are not part of its execution. */
export interface PipelineRunOptions extends Partial<PipelineRunSettings> {
  /** The parent of Tekton's spans. */
  readonly traceparent?: string;
}

/** Builds the one PipelineRun of an execution; deterministic (https://tekton.dev/docs/pipelines/pipelineruns/). */
export function buildPipelineRun(
  execution: WorkflowExecution,
  { podSecurity = 'restricted', traceparent }: PipelineRunOptions = {},
) {
  const { executionConfig = {} } = execution.spec;
  const serviceAccountName = serviceAccountOf(execution.spec);
  const timeouts = timeoutsOf(executionConfig);
  return {
    apiVersion: pipelineRunApiVersion,
    kind: pipelineRunResource.kind,
    metadata: {
      name: pipelineRunName(execution),
      namespace: execution.metadata.namespace,
      ...labelsAndAnnotations(execution, traceparent),
      finalizers: [pipelineRunFinalizer],
      ownerReferences: [ownedBy(execution)],
    },
    spec: {
      pipelineRef: pipelineRefOf(execution.spec),
      params: workflowParams(execution),
      taskRunTemplate: {
        serviceAccountName,
        ...(podSecurity === 'restricted' ? { podTemplate: restrictedPods } : {}),
      },
      ...(timeouts === undefined ? {} : { timeouts }),
    },
  };
}

/** The Pipeline that an execution runs. */
export function pipelineRefOf(spec: WorkflowExecutionSpec) {
  const params = stringParams({
    bundle: bundleReference(spec.workflowRef),
    name: 'workflow',
    // The default kind is task (https://tekton.dev/docs/pipelines/bundle-resolver/).
    kind: 'pipeline',
    // The resolver uses its image pull secrets; the default is `default`. Every v1 of Tekton reads it
    // (`OptionsFromParams` in pkg/resolution/resolver/bundle/params.go), although only `secret` is documented.
    serviceAccount: serviceAccountOf(spec),
  });
  return { resolver: 'bundles', params } as const;
}

/** A reference to a Pipeline in a bundle. */
export type PipelineRef = ReturnType<typeof pipelineRefOf>;

/** A PipelineRun to be created. */
export type NewPipelineRun = ReturnType<typeof buildPipelineRun>;

/**
 * The timeout of a task defaults to `tasks`, or to `pipeline` less `finally`; without both to one hour, regardless of `pipeline`
 * (`pipelineRunTimeout` in pkg/reconciler/pipelinerun, since Tekton v1.11).
 */
function timeoutsOf({ timeout, finallyTimeout }: ExecutionConfig) {
  if (timeout === undefined) return undefined;
  return finallyTimeout === undefined
    ? { pipeline: timeout, tasks: timeout }
    : { pipeline: timeout, finally: finallyTimeout };
}

function labelsAndAnnotations(execution: WorkflowExecution, traceparent: string | undefined) {
  const raw: Record<string, string> = {
    [pipelineRunLabels.workflowExecution]: execution.metadata.name,
    [pipelineRunLabels.workflowId]: execution.spec.workflowRef.workflowId,
    [pipelineRunLabels.targetResource]: targetOf(execution) ?? execution.spec.targetResource,
  };
  const labels = Object.entries(raw).map(([key, value]) => [key, labelValue(value)] as const);
  const annotations = { ...raw };
  if (traceparent !== undefined) annotations[spanContextAnnotation] = JSON.stringify({ traceparent });
  return { labels: Object.fromEntries(labels), annotations };
}

function ownedBy({ apiVersion, kind, metadata }: WorkflowExecution): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** Sorted by name, because the API server does not keep the order of a map. */
function workflowParams({ spec }: WorkflowExecution) {
  return stringParams(parametersOf(spec)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function stringParams(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
