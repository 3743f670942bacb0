import { arrayOf, recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
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
  };
  readonly status: {
    readonly succeeded?: SucceededCondition;
    readonly startTime?: string;
    readonly completionTime?: string;
    /** Empty once it has succeeded. */
    readonly childReferences: readonly ChildReference[];
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

/** Whether somebody has asked Tekton to cancel a PipelineRun, gracefully or not. */
export function isBeingCancelled({ spec }: PipelineRun): boolean {
  return spec.status === cancelledRunFinally || spec.status === 'Cancelled';
}

/**
 * A PipelineRun from JSON that came from outside. A status field that makes no sense counts as not there, so that an
 * absurd status is one that says nothing, and never an object that cannot be seen.
 *
 * @throws InvalidObjectError when it has no name, UID or resource version
 */
export function parsePipelineRun(raw: unknown): PipelineRun {
  const { spec, status } = recordOf(raw);
  const { startTime, completionTime, childReferences } = recordOf(status);
  const succeeded = parseSucceeded(status);
  return {
    apiVersion: pipelineRunApiVersion,
    kind: pipelineRunResource.kind,
    metadata: parseMetadata(raw, pipelineRunResource.kind),
    spec: { status: stringOf(recordOf(spec)['status']) },
    status: {
      succeeded,
      startTime: timeOf(startTime),
      completionTime: timeOf(completionTime),
      // Nobody looks for the culprit of a success.
      childReferences: succeeded?.status === 'True' ? [] : arrayOf(childReferences).flatMap(parseChild),
    },
  };
}

function parseChild(raw: unknown): ChildReference[] {
  const child = recordOf(raw);
  const [kind, name] = [stringOf(child['kind']), stringOf(child['name'])];
  return kind === undefined || name === undefined ? [] : [{ kind, name }];
}
