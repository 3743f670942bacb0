import type { KubernetesObject, ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';

/** Whether the controller of an object is the owner with this UID. */
export function isControlledBy(object: KubernetesObject, ownerUid: string): boolean {
  return (
    object.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === ownerUid) ?? false
  );
}

/**
 * Whether a PipelineRun is the one of an execution. Once its UID is recorded that alone counts: a PipelineRun that somebody
 * created anew under the same name is another one, and one that lost its owner reference is still the one that was started.
 */
export function isRunOf(pipelineRun: KubernetesObject, { metadata, status }: WorkflowExecution): boolean {
  const recorded = status?.pipelineRunRef?.uid;
  return recorded === undefined ? isControlledBy(pipelineRun, metadata.uid) : pipelineRun.metadata.uid === recorded;
}

/** The key of the WorkflowExecution that controls an object; undefined when none does. */
export function controllingExecution({ metadata }: KubernetesObject): ObjectKey | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const [group] = owner?.apiVersion.split('/') ?? [];
  if (owner?.kind !== workflowExecutionResource.kind || group !== workflowExecutionResource.group) return undefined;
  return { namespace: metadata.namespace, name: owner.name };
}
