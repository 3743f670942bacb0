import { targetResource, workflowId, type Workflow } from './executions.ts';

/** Options of a bare PipelineRun. */
export interface BareOptions {
  readonly name: string;
  readonly target: string;
  readonly workflow: Workflow;
  /** Its owner, as an execution owns its PipelineRun. */
  readonly owner?: OwnerReference;
}

/** An owner reference. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * A PipelineRun of the service's shape, built by hand: same workflow, resolver, parameters and ServiceAccount, and as many
 * labels, annotations and owners. Labels have other names, so that the service's watch ignores it.
 */
export function barePipelineRun({ name, target, workflow, owner }: BareOptions): object {
  const shared = {
    'bench.invalid/workflow-execution': name,
    'bench.invalid/workflow-id': workflowId,
    'bench.invalid/target-resource': targetResource(target).replaceAll('/', '.'),
  };
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name,
      labels: shared,
      annotations: { ...shared, 'bench.invalid/target-resource': targetResource(target) },
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

/** ServiceAccount of workflows in the namespace of their execution. */
export const serviceAccountName = 'workflow-execution-sa';

function bundleOf({ image, digest }: Workflow): string {
  return digest === undefined ? image : `${image}@${digest}`;
}

function paramsOf(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
