import type { WorkflowExecutionMetadata } from '../workflow-execution/generated/workflow-execution.ts';
import { shortHash } from './short-hash.ts';

/** Tekton refuses longer names of PipelineRuns, because the name becomes a label value of its TaskRuns and pods. */
const maxLength = 63;

/**
 * The name of the one PipelineRun of an execution: the execution's own name, cut, and a hash of its UID. It is derived
 * and not drawn, so that a second try after a crash meets the PipelineRun of the first; an execution that is deleted and
 * made anew under the same name has another UID, and so another PipelineRun.
 *
 * @returns a DNS label: lower case letters, digits and `-`, at most 63 characters
 */
export function pipelineRunName({ metadata }: { metadata: Pick<WorkflowExecutionMetadata, 'name' | 'uid'> }): string {
  const { name, uid } = metadata;
  const hash = shortHash(uid);
  const readable = name
    .replaceAll('.', '-')
    .slice(0, maxLength - hash.length - 1)
    .replace(/-+$/, '');
  return `${readable}-${hash}`;
}
