import type { KubernetesObject, ObjectMeta } from '../../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../kubernetes/resource-type.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import type { Phase, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import {
  parseWorkflowExecution,
  workflowExecutionApiVersion,
  workflowExecutionResource,
} from '../../workflow-execution/resource.ts';
import { isGenerationObserved } from '../../workflow-execution/status.ts';

/** What is kept in memory of a finished execution: enough to expire it and to notice its deletion. */
export interface FinishedExecution extends KubernetesObject {
  readonly phase: Phase;
  /** Its completion time, or else that of its creation, in milliseconds since the epoch. */
  readonly finishedAt: number;
  /** Its `ttlSecondsAfterFinished`. */
  readonly ttlSeconds?: number;
  /** Whether the controller has something left to do for it: it is being deleted, or its spec has changed. */
  readonly isDue: boolean;
}

/** The record of a finished execution. */
export function finishedExecution(execution: WorkflowExecution): FinishedExecution {
  const { metadata, spec, status } = execution;
  const { ttlSecondsAfterFinished: ttlSeconds } = spec;
  return {
    // One text for all records.
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: essentialMetadata(metadata),
    phase: phaseOf(execution),
    finishedAt: Date.parse(status?.completionTime ?? metadata.creationTimestamp),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    isDue: metadata.deletionTimestamp !== undefined || !isGenerationObserved(execution),
  };
}

function essentialMetadata({ name, namespace, uid, resourceVersion, deletionTimestamp }: ObjectMeta): ObjectMeta {
  const deletion = deletionTimestamp === undefined ? {} : { deletionTimestamp };
  return { name, namespace, uid, resourceVersion, creationTimestamp: '', ...deletion };
}

/** Executions, read as {@link FinishedExecution}s. */
export const finishedExecutionResource: ResourceType<FinishedExecution> = {
  ...workflowExecutionResource,
  parse: (raw) => finishedExecution(parseWorkflowExecution(raw)),
};
