import { createHash } from 'node:crypto';
import { finalizer, ownAnnotations, requestLabel } from '../../workflow-execution/metadata.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import type { CreateCommand } from './commands.ts';

/** An execution to be created. */
export interface NewExecution {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly finalizers: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: WorkflowExecutionSpec;
}

/** What an execution records about the call that creates it. */
export interface Origin {
  readonly createdAt: Date;
  /** Absent if callers are not authenticated. */
  readonly username?: string;
  /** Absent without a request id. */
  readonly identity?: RequestIdentity;
  /** Absent without a trace. */
  readonly traceparent?: string;
}

/** The execution of a create command. */
export function newExecution(
  { name, namespace, labels, annotations, spec }: CreateCommand & { readonly name: string },
  { createdAt, username, identity, traceparent }: Origin,
): NewExecution {
  const recorded = identity && identityMetadata(identity);
  const allLabels = { ...labels, ...recorded?.labels };
  return {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: {
      name,
      namespace,
      // Set at creation to spare the reconciler a write.
      finalizers: [finalizer],
      ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
      annotations: {
        ...annotations,
        ...recorded?.annotations,
        [ownAnnotations.createdAt]: timestamp(createdAt),
        ...(username === undefined ? {} : { [ownAnnotations.createdBy]: username }),
        ...(traceparent === undefined ? {} : { [ownAnnotations.traceparent]: traceparent }),
      },
    },
    spec,
  };
}

/** A request id: a UUID or another short word (https://google.aip.dev/155). */
export const requestIdRule = {
  minLength: 1,
  maxLength: 64,
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

/** Whether an execution was created by this request, by another request with the same id, or by neither. */
export function compareRequest(
  { metadata }: WorkflowExecution,
  { label, fingerprint }: RequestIdentity,
): 'same' | 'reused' | 'unrelated' {
  if (metadata.labels?.[requestLabel] !== label) return 'unrelated';
  return metadata.annotations?.[ownAnnotations.requestFingerprint] === fingerprint ? 'same' : 'reused';
}

/** The metadata that records the request of an execution. */
function identityMetadata({ label, fingerprint }: RequestIdentity): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  return { labels: { [requestLabel]: label }, annotations: { [ownAnnotations.requestFingerprint]: fingerprint } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted keys: equal for values that differ only in the order of their keys. Undefined values are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isPlainObject(part) ? sorted(part) : part));
}

/** `Object.fromEntries` defines keys instead of assigning them, so that `__proto__` is an ordinary key. */
function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
