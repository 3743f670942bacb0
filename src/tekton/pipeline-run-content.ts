import { isDeepStrictEqual } from 'node:util';
import { recordOf, type JsonRecord } from '../kubernetes/json.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { pipelineRunLabels, type NewPipelineRun } from './build-pipeline-run.ts';
import { parsePipelineRun, pipelineRunResource, type PipelineRun } from './pipeline-run.ts';

/** A PipelineRun with everything that decides what it runs, which is too much to keep in memory. */
export interface PipelineRunWithContent extends PipelineRun {
  readonly content: { readonly annotations: JsonRecord; readonly spec: JsonRecord };
}

/** The resource PipelineRun, read with its content. */
export const pipelineRunContentResource = {
  ...pipelineRunResource,
  parse(raw: unknown): PipelineRunWithContent {
    const { metadata, spec } = recordOf(raw);
    const annotations = recordOf(recordOf(metadata)['annotations']);
    return { ...parsePipelineRun(raw), content: { annotations, spec: recordOf(spec) } };
  },
} as const satisfies ResourceType<PipelineRunWithContent>;

/** Labels and annotations that say whose a PipelineRun is. That of the target is not known before it is resolved. */
const identifying = [pipelineRunLabels.workflowExecution, pipelineRunLabels.workflowId];

/** Whether a PipelineRun says by its labels and annotations that it is the one that would be created. */
export function hasMetadataOf({ metadata, content }: PipelineRunWithContent, expected: NewPipelineRun): boolean {
  const { labels, annotations } = expected.metadata;
  return identifying.every(
    (key) => metadata.labels?.[key] === labels[key] && content.annotations[key] === annotations[key],
  );
}

/**
 * The PipelineRun that would be created, under a name that the API server completes. As a dry run it tells what its spec is
 * with the defaults of this cluster, which Tekton and others fill in.
 */
export function unnamed({ metadata, ...rest }: NewPipelineRun) {
  return { ...rest, metadata: { ...metadata, name: undefined, generateName: 'dry-run-' } };
}

/** The JSON patch that gives a PipelineRun the spec that it would be created with, except `spec.status`. */
export function specPatch({ metadata, content }: PipelineRunWithContent, { spec }: NewPipelineRun): readonly object[] {
  const { status } = content.spec;
  return [
    { op: 'test', path: '/metadata/uid', value: metadata.uid },
    { op: 'replace', path: '/spec', value: status === undefined ? spec : { ...spec, status } },
  ];
}

/**
 * Whether a PipelineRun runs what another one would run. Its `spec.status` may differ, which says only whether Tekton may
 * start it yet or has to cancel it.
 */
export function hasSpecOf(found: PipelineRunWithContent, expected: PipelineRunWithContent): boolean {
  return isDeepStrictEqual(specWithoutStatus(found), specWithoutStatus(expected));
}

function specWithoutStatus({ content }: PipelineRunWithContent): JsonRecord {
  return { ...content.spec, status: undefined };
}

/** The PipelineRun as it is kept in memory. */
export function withoutContent({ content: _, ...pipelineRun }: PipelineRunWithContent): PipelineRun {
  return pipelineRun;
}
