import { createHash } from 'node:crypto';
import type { WorkflowExecutionMetadata } from '../workflow-execution/generated/workflow-execution.ts';

/** Maximum length of a label value, and so of a PipelineRun's name, which Tekton puts in a label of its TaskRuns and pods. */
const maxLength = 63;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const validLabelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * The name of the one PipelineRun of an execution: the execution's name, truncated, and a hash of its UID. A retry after a
 * crash derives the same name; an execution that is recreated under the same name has another UID and so another PipelineRun.
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

/**
 * A label value for any text. A valid text stays unchanged except that `/` becomes `.`: `payment/deployment/api` can be used
 * in a selector as `payment.deployment.api`. If more would be lost (too long, other characters, an invalid first or last
 * character), the value ends with a hash of the whole text.
 */
export function labelValue(text: string): string {
  const dotted = text.replaceAll('/', '.');
  if (validLabelValue.test(dotted)) return dotted;
  const hash = shortHash(text);
  const readable = dotted
    .replace(/[^-A-Za-z0-9_.]+/g, '-')
    .slice(0, maxLength - hash.length - 1)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return readable === '' ? hash : `${readable}-${hash}`;
}

/** The first twelve hexadecimal digits (48 bits) of the SHA-256 of a text. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
