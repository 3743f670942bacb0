import {
  controllerOf,
  type KubernetesObject,
  type ObjectKey,
  type OwnerReference,
} from '../../kubernetes/kubernetes-object.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';

/**
 * Whether an execution is the controller of an object: by group, kind, name and UID. The API server does not validate owner
 * references, so a UID alone proves nothing.
 */
export function isControlledBy(object: KubernetesObject, { metadata }: Pick<KubernetesObject, 'metadata'>): boolean {
  const controller = controllingReference(object);
  return controller !== undefined && controller.uid === metadata.uid && controller.name === metadata.name;
}

/**
 * Whether a PipelineRun is the one of an execution. Once its UID is recorded, only that counts: a PipelineRun that was created
 * again under the same name is another one, and one that has lost its owner reference is still the one that was started.
 */
export function isRunOf(pipelineRun: KubernetesObject, execution: WorkflowExecution): boolean {
  const recorded = execution.status?.pipelineRunRef?.uid;
  return recorded === undefined ? isControlledBy(pipelineRun, execution) : pipelineRun.metadata.uid === recorded;
}

/** The key of the WorkflowExecution that controls an object; undefined if none does. */
export function controllingExecution(object: KubernetesObject): ObjectKey | undefined {
  const controller = controllingReference(object);
  return controller && { namespace: object.metadata.namespace, name: controller.name };
}

/** The controller of an object if it is a WorkflowExecution of any version. */
function controllingReference(object: KubernetesObject): OwnerReference | undefined {
  const owner = controllerOf(object);
  const { group, kind } = workflowExecutionResource;
  return owner?.kind === kind && owner.apiVersion.startsWith(`${group}/`) ? owner : undefined;
}
