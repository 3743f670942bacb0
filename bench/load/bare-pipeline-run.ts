import { targetResource, workflowId, type Workflow } from './executions.ts';

/** What differs between bare PipelineRuns. */
export interface BareOptions {
  readonly name: string;
  readonly target: string;
  readonly workflow: Workflow;
  /** Owns it, as an execution owns its PipelineRun. */
  readonly owner?: OwnerReference;
}

/** Who an object is deleted with. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * A PipelineRun of the shape that the service gives it, made by hand: the same workflow by the same resolver, the same
 * parameters, ServiceAccount, and number of labels, annotations and owners. The labels have names of their own, so that the
 * watch of the service does not show it.
 */
export function barePipelineRun({ name, target, workflow, owner }: BareOptions): object {
  const told = {
    'bench.invalid/workflow-execution': name,
    'bench.invalid/workflow-id': workflowId,
    'bench.invalid/target-resource': targetResource(target).replaceAll('/', '.'),
  };
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name,
      labels: told,
      annotations: { ...told, 'bench.invalid/target-resource': targetResource(target) },
      ownerReferences: owner && [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      pipelineRef: {
        resolver: 'bundles',
        params: paramsOf({ bundle: bundleOf(workflow), name: 'workflow', kind: 'pipeline' }),
      },
      params: paramsOf({ ...workflow.parameters, TARGET_RESOURCE: targetResource(target) }),
      taskRunTemplate: { serviceAccountName },
    },
  };
}

/** What workflows run as, in the namespace of their execution. */
export const serviceAccountName = 'workflow-execution-sa';

function bundleOf({ image, digest }: Workflow): string {
  return digest === undefined ? image : `${image}@${digest}`;
}

function paramsOf(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
