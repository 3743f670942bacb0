import { createHash } from 'node:crypto';
import { ownAnnotations, requestLabel } from '../../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../../workflow-execution/generated/workflow-execution.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CreateCommand } from '../execution.types.ts';

/** What a request id may be: a UUID, or another short word (https://google.aip.dev/155). */
export const requestIdRule = {
  pattern: /^[A-Za-z0-9._-]{1,64}$/,
  message: "must be 1 to 64 letters, digits, '-', '_' and '.'",
} as const;

/** What makes a request with an id the one that it is. */
export interface RequestIdentity {
  /** Of the namespace, the caller and the id: the same for every repetition, and for no other request id. */
  readonly label: string;
  /** Of everything that is asked for. */
  readonly fingerprint: string;
  /** Name of the execution when the request gives none, so that etcd lets only one of all repetitions create it. */
  readonly derivedName: string;
}

/**
 * The identity of a request, by who makes it; undefined when it has no id.
 *
 * @param username empty where callers are not authenticated
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

/** What tells that an execution was made for a request. */
export function marksOf({ label, fingerprint }: RequestIdentity): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  return { labels: { [requestLabel]: label }, annotations: { [ownAnnotations.requestFingerprint]: fingerprint } };
}

/** Whether an execution was made for this very request, for its id but another request, or for none of its id. */
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
