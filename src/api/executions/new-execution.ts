import { ownAnnotations, finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecutionSpec } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import type { CreateCommand } from './execution.types.ts';
import { marksOf } from './idempotency/request-identity.ts';
import type { RequestIdentity } from './idempotency/request-identity.ts';

/** An execution as it is sent to the API server to be created. */
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

/**
 * The execution that a command asks for.
 *
 * @param now noted on it
 * @param createdBy username of the verified caller, noted on it; absent where callers are not authenticated
 * @param identity noted on it when the request has an id
 * @param traceparent of the span that it is created in, noted on it when there is one
 */
export function newExecution(
  command: CreateCommand & { readonly name: string },
  now: Date,
  createdBy: string | undefined,
  identity: RequestIdentity | undefined,
  traceparent?: string,
): NewExecution {
  const { name, namespace, spec } = command;
  const marks = identity === undefined ? { labels: {}, annotations: {} } : marksOf(identity);
  const created = { [ownAnnotations.createdAt]: timestamp(now) };
  const author: Record<string, string> = createdBy === undefined ? {} : { [ownAnnotations.createdBy]: createdBy };
  const trace: Record<string, string> = traceparent === undefined ? {} : { [ownAnnotations.traceparent]: traceparent };
  return {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: {
      name,
      namespace,
      // From the beginning, so that the reconciler need not write it.
      finalizers: [finalizer],
      labels: unlessEmpty({ ...command.labels, ...marks.labels }),
      annotations: { ...command.annotations, ...marks.annotations, ...created, ...author, ...trace },
    },
    spec,
  };
}

function unlessEmpty(map: Record<string, string>): Record<string, string> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
