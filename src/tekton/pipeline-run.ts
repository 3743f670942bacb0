import { arrayOf, recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import type { CancelMode, Result } from '../workflow-execution/generated/workflow-execution.ts';
import { limitResults } from '../workflow-execution/results.ts';
import { undeclaredParams } from './check-params.ts';
import { parseMetadata, parseSucceeded, timeOf, type SucceededCondition } from './tekton-object.ts';

/** A TaskRun or CustomRun of a task of the pipeline. */
export interface ChildReference {
  readonly kind: string;
  readonly name: string;
  /** Name of the task in the pipeline; several children of a matrix have the same. */
  readonly task?: string;
}

/** A Tekton PipelineRun, reduced to the fields that are used. */
export interface PipelineRun extends KubernetesObject {
  readonly spec: {
    /** The requested status, such as `CancelledRunFinally`. */
    readonly status?: string;
    /** Its timeout, a Go duration; Tekton sets a default. */
    readonly timeout?: string;
  };
  /** Last change of anything but its status, according to `metadata.managedFields`; absent if they are missing. */
  readonly changedAt?: string;
  readonly status: {
    readonly succeeded?: SucceededCondition;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly childReferences: readonly ChildReference[];
    /** Number of tasks that were skipped because their `when` expressions were false. */
    readonly skippedTasks: number;
    /** Digest of the resolved bundle, `sha256:` and 64 hexadecimal digits. */
    readonly bundleDigest?: string;
    /** Parameters that the resolved Pipeline does not declare; absent if there are none. */
    readonly undeclaredParams?: readonly string[];
    /** Number of tasks of the pipeline, with `finally` tasks; 0 before Tekton has resolved it. */
    readonly tasks: number;
    /** Results of the pipeline, limited to what an execution records, with secrets; absent if there are none. */
    readonly results?: readonly Result[];
  };
}

export const pipelineRunResource = {
  group: 'tekton.dev',
  version: 'v1',
  plural: 'pipelineruns',
  kind: 'PipelineRun',
  namespaced: true,
  parse: parsePipelineRun,
} as const satisfies ResourceType<PipelineRun>;

export const pipelineRunApiVersion = `${pipelineRunResource.group}/${pipelineRunResource.version}`;

/** The `spec.status` that cancels the tasks and then runs the `finally` tasks. */
export const cancelledRunFinally = 'CancelledRunFinally';

/** The `spec.status` that cancels all tasks, including `finally` tasks. */
export const cancelled = 'Cancelled';

/** The `spec.status` of a run that Tekton must not start yet. Kueue sets it at creation and clears it to start the run. */
export const pipelineRunPending = 'PipelineRunPending';

/** Whether Tekton must not start a run yet. */
export function isPaused({ spec }: PipelineRun): boolean {
  return spec.status === pipelineRunPending;
}

/** Since when Tekton could have started a run; the time of an earlier pause does not count. */
export function unstartedSince({ metadata, changedAt }: PipelineRun): string {
  return changedAt ?? metadata.creationTimestamp;
}

/** How a PipelineRun is being canceled; undefined if it is not. */
export function cancellationOf({ spec }: PipelineRun): CancelMode | undefined {
  if (spec.status === cancelled) return 'Immediate';
  return spec.status === cancelledRunFinally ? 'Graceful' : undefined;
}

/**
 * Parses a PipelineRun; invalid status fields count as absent.
 *
 * @throws InvalidObjectError without a name, UID or resource version
 */
export function parsePipelineRun(raw: unknown): PipelineRun {
  const { spec, status, metadata } = recordOf(raw);
  const { startTime, completionTime, childReferences, skippedTasks, provenance } = recordOf(status);
  const { pipelineSpec, results } = recordOf(status);
  const { tasks, finally: last } = recordOf(pipelineSpec);
  const { status: asked, timeouts, params } = recordOf(spec);
  return {
    apiVersion: pipelineRunApiVersion,
    kind: pipelineRunResource.kind,
    metadata: parseMetadata(raw, pipelineRunResource.kind),
    spec: { status: stringOf(asked), timeout: stringOf(recordOf(timeouts)['pipeline']) },
    changedAt: changedAtOf(metadata),
    status: {
      succeeded: parseSucceeded(status),
      startTime: timeOf(startTime),
      completionTime: timeOf(completionTime),
      childReferences: arrayOf(childReferences).flatMap(parseChild),
      skippedTasks: arrayOf(skippedTasks).length,
      bundleDigest: sha256Digest(recordOf(provenance)['refSource']),
      undeclaredParams: undeclaredOf(params, pipelineSpec),
      tasks: arrayOf(tasks).length + arrayOf(last).length,
      ...resultsOf(results),
    },
  };
}

/** The digest of a RefSource, which has no prefix there (https://tekton.dev/docs/pipelines/pipeline-api/#tekton.dev/v1.RefSource). */
export function sha256Digest(refSource: unknown): string | undefined {
  const { digest } = recordOf(refSource);
  const hex = stringOf(recordOf(digest)['sha256']) ?? '';
  return /^[a-f0-9]{64}$/.test(hex) ? `sha256:${hex}` : undefined;
}

/** Undefined if there are none, or the Pipeline has not been resolved. */
function undeclaredOf(params: unknown, pipelineSpec: unknown): readonly string[] | undefined {
  if (pipelineSpec === undefined) return undefined;
  const names = undeclaredParams(namesOf(params), namesOf(recordOf(pipelineSpec)['params']));
  return names.length === 0 ? undefined : names;
}

/** The names of parameters. */
function namesOf(params: unknown): string[] {
  return arrayOf(params).flatMap((param) => stringOf(recordOf(param)['name']) ?? []);
}

/** https://tekton.dev/docs/pipelines/pipeline-api/#tekton.dev/v1.PipelineRunResult */
function resultsOf(raw: unknown): { readonly results?: readonly Result[] } {
  const results = arrayOf(raw).flatMap((one) => {
    const { name, value } = recordOf(one);
    if (typeof name !== 'string' || value === undefined) return [];
    return [{ name, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
  return results.length === 0 ? {} : { results: limitResults(results) };
}

function changedAtOf(metadata: unknown): string | undefined {
  const entries = arrayOf(recordOf(metadata)['managedFields']).map(recordOf);
  const times = entries.flatMap(({ subresource, time }) => (subresource === 'status' ? [] : (timeOf(time) ?? [])));
  return times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}

function parseChild(raw: unknown): ChildReference[] {
  const child = recordOf(raw);
  const [kind, name, task] = ['kind', 'name', 'pipelineTaskName'].map((field) => stringOf(child[field]));
  return kind === undefined || name === undefined ? [] : [{ kind, name, task }];
}

/** The outcome of a PipelineRun; `unknown` has ended without a valid condition, and `running` includes not started. */
export interface PipelineRunOutcome {
  readonly state: 'running' | 'succeeded' | 'failed' | 'unknown';
  readonly completionTime?: string;
  /** Tekton's reason; empty if there is none. */
  readonly reason: string;
  readonly message: string;
}

const states = { True: 'succeeded', False: 'failed', Unknown: 'running' } as const;

/** Reads the outcome from the `Succeeded` condition (https://tekton.dev/docs/pipelines/pipelineruns/#monitoring-execution-status). */
export function readOutcome({ status }: PipelineRun): PipelineRunOutcome {
  const { succeeded, completionTime } = status;
  if (succeeded !== undefined) {
    const { reason, message } = succeeded;
    return { state: states[succeeded.status], completionTime, reason, message };
  }
  const state = completionTime === undefined ? 'running' : 'unknown';
  return { state, completionTime, reason: '', message: '' };
}
