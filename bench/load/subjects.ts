import { barePipelineRun } from './bare-pipeline-run.ts';
import {
  executionsPath,
  newExecution,
  pipelineRunsPath,
  someStatus,
  someWorkflow,
  targetResource,
} from './executions.ts';
import { succeeded } from './finished.ts';

/** What a bare client creates and patches, to find out what that costs. */
export interface Subject {
  /** Path of the collection. */
  readonly path: string;
  readonly create: (name: string) => object;
  /** A status; each number makes another one. */
  readonly status: (name: string, number: number) => object;
}

/** Executions of a namespace. */
export function executionsIn(namespace: string): Subject {
  return { path: executionsPath(namespace), create: (name) => newExecution({ name }), status: someStatus };
}

/** PipelineRuns of a namespace: their writes pass through Tekton's webhook. */
export function pipelineRunsIn(namespace: string): Subject {
  return {
    path: pipelineRunsPath(namespace),
    create: (name) => barePipelineRun({ name, target: name, workflow: someWorkflow(name) }),
    status: (name, number) => succeeded(name, `Tasks Completed: ${number}`),
  };
}

/** Leases of a namespace, of the size of locks: Kubernetes knows them itself, and they cost it less. */
export function leasesIn(namespace: string): Pick<Subject, 'path' | 'create'> {
  const [holderIdentity, acquireTime] = ['kubernaut-system/workflow-execution', '2026-01-02T03:04:05.000000Z'];
  return {
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    create: (name) => ({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      metadata: {
        name,
        labels: { 'bench.invalid/lock': 'target' },
        annotations: { 'bench.invalid/target': targetResource(name) },
      },
      spec: { holderIdentity, acquireTime },
    }),
  };
}
