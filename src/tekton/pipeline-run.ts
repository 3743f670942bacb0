import { arrayOf, recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import type { CancelMode } from '../workflow-execution/generated/workflow-execution.ts';
import { parseMetadata, parseSucceeded, timeOf, type SucceededCondition } from './tekton-object.ts';

/** A TaskRun (or another kind of run) that Tekton made for a task of the pipeline. */
export interface ChildReference {
  readonly kind: string;
  readonly name: string;
}

/** A Tekton PipelineRun, only what is read of it; the rest is not kept in memory. */
export interface PipelineRun extends KubernetesObject {
  readonly spec: {
    /** What was asked of the run, such as `CancelledRunFinally`. */
    readonly status?: string;
    /** How long it may run, a Go duration; Tekton fills in its own default. */
    readonly timeout?: string;
  };
  /** When anything but its status was last changed, as `metadata.managedFields` tell; absent when they do not. */
  readonly changedAt?: string;
  readonly status: {
    readonly succeeded?: SucceededCondition;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly childReferences: readonly ChildReference[];
    /** How many tasks were not run because their conditions did not hold. */
    readonly skippedTasks: number;
    /** Digest of the bundle that the pipeline came from, `sha256:` and 64 hexadecimal digits. */
    readonly bundleDigest?: string;
  };
}

/** The resource as the API server knows it, with a parser that keeps what is read and drops everything else. */
export const pipelineRunResource = {
  group: 'tekton.dev',
  version: 'v1',
  plural: 'pipelineruns',
  kind: 'PipelineRun',
  namespaced: true,
  parse: parsePipelineRun,
} as const satisfies ResourceType<PipelineRun>;

/** The apiVersion that PipelineRuns carry. */
export const pipelineRunApiVersion = `${pipelineRunResource.group}/${pipelineRunResource.version}`;

/** What `spec.status` asks Tekton for: end the tasks now, then run the `finally` tasks. */
export const cancelledRunFinally = 'CancelledRunFinally';

/** What `spec.status` asks Tekton for: end everything now, `finally` tasks too. */
export const cancelled = 'Cancelled';

/** The `spec.status` of a run that Tekton must not start yet. Kueue sets it at creation, and clears it to start the run. */
export const pipelineRunPending = 'PipelineRunPending';

/** Whether Tekton must not start a run yet. */
export function isPaused({ spec }: PipelineRun): boolean {
  return spec.status === pipelineRunPending;
}

/** Since when Tekton could have started a run that it has not started. A pause that somebody has ended does not count. */
export function unstartedSince({ metadata, changedAt }: PipelineRun): string {
  return changedAt ?? metadata.creationTimestamp;
}

/** How somebody has asked Tekton to cancel a PipelineRun; undefined when nobody has. */
export function cancellationOf({ spec }: PipelineRun): CancelMode | undefined {
  if (spec.status === cancelled) return 'Immediate';
  return spec.status === cancelledRunFinally ? 'Graceful' : undefined;
}

/**
 * A PipelineRun from JSON that came from outside. A status field that makes no sense counts as not there, so that an
 * absurd status is one that says nothing, and never an object that cannot be seen.
 *
 * @throws InvalidObjectError when it has no name, UID or resource version
 */
export function parsePipelineRun(raw: unknown): PipelineRun {
  const { spec, status, metadata } = recordOf(raw);
  const { startTime, completionTime, childReferences, skippedTasks, provenance } = recordOf(status);
  const { status: asked, timeouts } = recordOf(spec);
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
      bundleDigest: digestOf(provenance),
    },
  };
}

/** https://tekton.dev/docs/pipelines/pipeline-api/#tekton.dev/v1.RefSource; a digest has no prefix there. */
function digestOf(provenance: unknown): string | undefined {
  const { digest } = recordOf(recordOf(provenance)['refSource']);
  const hex = stringOf(recordOf(digest)['sha256']) ?? '';
  return /^[a-f0-9]{64}$/.test(hex) ? `sha256:${hex}` : undefined;
}

function changedAtOf(metadata: unknown): string | undefined {
  const entries = arrayOf(recordOf(metadata)['managedFields']).map(recordOf);
  const times = entries.flatMap(({ subresource, time }) => (subresource === 'status' ? [] : (timeOf(time) ?? [])));
  return times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}

function parseChild(raw: unknown): ChildReference[] {
  const child = recordOf(raw);
  const [kind, name] = [stringOf(child['kind']), stringOf(child['name'])];
  return kind === undefined || name === undefined ? [] : [{ kind, name }];
}

/**
 * What a PipelineRun says of itself. `unknown` is a run that has ended, or says something, in a way that cannot be
 * understood; a run that Tekton has not looked at yet is `running`.
 */
export interface PipelineRunOutcome {
  readonly state: 'running' | 'succeeded' | 'failed' | 'unknown';
  readonly completionTime?: string;
  /** Tekton's word for it, empty when it gave none. */
  readonly reason: string;
  readonly message: string;
}

const states = { True: 'succeeded', False: 'failed', Unknown: 'running' } as const;

/** Reads how a PipelineRun stands from its `Succeeded` condition (https://tekton.dev/docs/pipelines/pipelineruns/#monitoring-execution-status). */
export function readOutcome({ status }: PipelineRun): PipelineRunOutcome {
  const { succeeded, completionTime } = status;
  if (succeeded !== undefined) {
    const { reason, message } = succeeded;
    return { state: states[succeeded.status], completionTime, reason, message };
  }
  const state = completionTime === undefined ? 'running' : 'unknown';
  return { state, completionTime, reason: '', message: '' };
}
