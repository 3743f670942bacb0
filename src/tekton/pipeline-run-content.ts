import { isDeepStrictEqual } from 'node:util';
import { recordOf, type JsonRecord } from '../kubernetes/json.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { pipelineRunLabels, type NewPipelineRun } from './build-pipeline-run.ts';
import { parsePipelineRun, pipelineRunResource, type PipelineRun } from './pipeline-run.ts';

/** A PipelineRun with its spec and annotations, which are too large for the cache. */
export interface PipelineRunWithContent extends PipelineRun {
  readonly content: { readonly annotations: JsonRecord; readonly spec: JsonRecord };
}

export const pipelineRunContentResource = {
  ...pipelineRunResource,
  parse(raw: unknown): PipelineRunWithContent {
    const { metadata, spec } = recordOf(raw);
    const annotations = recordOf(recordOf(metadata)['annotations']);
    return { ...parsePipelineRun(raw), content: { annotations, spec: recordOf(spec) } };
  },
} as const satisfies ResourceType<PipelineRunWithContent>;

/** Labels and annotations that identify the execution. The target is unknown until it has been resolved. */
const identifying = [pipelineRunLabels.workflowExecution, pipelineRunLabels.workflowId];

/** Whether the labels and annotations of a PipelineRun identify the same execution as the expected ones. */
export function hasMetadataOf({ metadata, content }: PipelineRunWithContent, expected: NewPipelineRun): boolean {
  const { labels, annotations } = expected.metadata;
  return identifying.every(
    (key) => metadata.labels?.[key] === labels[key] && content.annotations[key] === annotations[key],
  );
}

/** The PipelineRun with a generated name, for a dry run that returns its spec with the defaults of the cluster. */
export function unnamed({ metadata, ...rest }: NewPipelineRun) {
  return { ...rest, metadata: { ...metadata, name: undefined, generateName: 'dry-run-' } };
}

/** The JSON patch that resets the spec of a PipelineRun, except `spec.status`. */
export function specPatch({ metadata, content }: PipelineRunWithContent, { spec }: NewPipelineRun): readonly object[] {
  const { status } = content.spec;
  return [
    { op: 'test', path: '/metadata/uid', value: metadata.uid },
    { op: 'replace', path: '/spec', value: status === undefined ? spec : { ...spec, status } },
  ];
}

/** Whether two PipelineRuns have the same spec. `spec.status`, which pauses or cancels a run, may differ. */
export function hasSpecOf(found: PipelineRunWithContent, expected: PipelineRunWithContent): boolean {
  return isDeepStrictEqual(specWithoutStatus(found), specWithoutStatus(expected));
}

function specWithoutStatus({ content }: PipelineRunWithContent): JsonRecord {
  return { ...content.spec, status: undefined };
}

/** The PipelineRun as the cache holds it. */
export function withoutContent({ content: _, ...pipelineRun }: PipelineRunWithContent): PipelineRun {
  return pipelineRun;
}
