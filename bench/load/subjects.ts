import { barePipelineRun } from './bare-pipeline-run.ts';
import { executionsPath, newExecution, pipelineRunsPath, someStatus, someWorkflow } from './executions.ts';
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
