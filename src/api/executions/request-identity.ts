import { createHash } from 'node:crypto';
import { ownAnnotations, requestLabel } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CreateCommand } from './commands.ts';

/** A request id: a UUID or another short word (https://google.aip.dev/155). */
export const requestIdRule = {
  pattern: /^[A-Za-z0-9._-]{1,64}$/,
  message: "must be 1 to 64 letters, digits, '-', '_' and '.'",
} as const;

/** The identity of a create request with a request id. */
export interface RequestIdentity {
  /** Hash of namespace, caller and request id. */
  readonly label: string;
  /** Hash of the requested name, labels, annotations and spec. */
  readonly fingerprint: string;
  /** Name of the execution if the request has none, so that etcd stores only one execution for all repetitions. */
  readonly derivedName: string;
}

/**
 * The identity of a request; undefined without a request id.
 *
 * @param username empty if callers are not authenticated
 */
export function identityOf(command: CreateCommand, username: string): RequestIdentity | undefined {
  const { requestId, namespace, name, labels = {}, annotations = {}, spec } = command;
  if (requestId === undefined) return undefined;
  const label = sha256(canonicalJson(['request', namespace, username, requestId])).slice(0, 40);
  return {
    label,
    fingerprint: sha256(canonicalJson({ name, labels, annotations, spec })),
    derivedName: `wfe-${label.slice(0, 32)}`,
  };
}

/** The metadata that records the request of an execution. */
export function identityMetadata({ label, fingerprint }: RequestIdentity): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  return { labels: { [requestLabel]: label }, annotations: { [ownAnnotations.requestFingerprint]: fingerprint } };
}

/** Whether an execution was created by this request, by another request with the same id, or by neither. */
export function compareRequest(
  { metadata }: WorkflowExecution,
  { label, fingerprint }: RequestIdentity,
): 'same' | 'reused' | 'unrelated' {
  if (metadata.labels?.[requestLabel] !== label) return 'unrelated';
  return metadata.annotations?.[ownAnnotations.requestFingerprint] === fingerprint ? 'same' : 'reused';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
