import type { KubernetesObject, ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';

/** Whether the controller of an object is the owner with this UID. */
export function isControlledBy(object: KubernetesObject, ownerUid: string): boolean {
  return (
    object.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === ownerUid) ?? false
  );
}

/** The key of the WorkflowExecution that controls an object; undefined when none does. */
export function controllingExecution({ metadata }: KubernetesObject): ObjectKey | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const [group] = owner?.apiVersion.split('/') ?? [];
  if (owner?.kind !== workflowExecutionResource.kind || group !== workflowExecutionResource.group) return undefined;
  return { namespace: metadata.namespace, name: owner.name };
}
