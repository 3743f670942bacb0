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

/**
 * What is kept in memory of a finished execution: enough to expire it and to notice its deletion. There may be very many, so each
 * is one object that is its own metadata.
 */
export class FinishedExecution implements KubernetesObject, ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deletionTimestamp: string | undefined;
  readonly phase: Phase;
  /** Its completion time, or else that of its creation, in milliseconds since the epoch. */
  readonly finishedAt: number;
  /** Its `ttlSecondsAfterFinished`. */
  readonly ttlSeconds: number | undefined;
  /** Whether the controller has something left to do for it: it is being deleted, or its spec has changed. */
  readonly isDue: boolean;

  constructor(execution: WorkflowExecution) {
    const { metadata, spec, status } = execution;
    this.name = metadata.name;
    this.namespace = metadata.namespace;
    this.uid = metadata.uid;
    this.resourceVersion = metadata.resourceVersion;
    this.deletionTimestamp = metadata.deletionTimestamp;
    this.phase = phaseOf(execution);
    this.finishedAt = Date.parse(status?.completionTime ?? metadata.creationTimestamp);
    this.ttlSeconds = spec.ttlSecondsAfterFinished;
    this.isDue = metadata.deletionTimestamp !== undefined || !isGenerationObserved(execution);
  }

  get apiVersion(): string {
    return workflowExecutionApiVersion;
  }

  get kind(): string {
    return workflowExecutionResource.kind;
  }

  get metadata(): ObjectMeta {
    return this;
  }

  /** Not kept. */
  get creationTimestamp(): string {
    return '';
  }
}

/** Executions, read as {@link FinishedExecution}s. */
export const finishedExecutionResource: ResourceType<FinishedExecution> = {
  ...workflowExecutionResource,
  parse: (raw) => new FinishedExecution(parseWorkflowExecution(raw)),
};
