import { ownAnnotations, finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecutionSpec } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import type { CreateCommand } from './commands.ts';
import { identityMetadata, type RequestIdentity } from './request-identity.ts';

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

/** What is recorded on an execution about the call that creates it. */
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
