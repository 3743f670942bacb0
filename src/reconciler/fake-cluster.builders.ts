import { FakeApiServer, type FakeNetwork } from '../kubernetes/fake-api-server.builders.ts';
import { ObjectStore } from '../kubernetes/object-store.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { pipelineRunLabels } from '../tekton/build-pipeline-run.ts';
import { pipelineRunName } from '../tekton/pipeline-run-name.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import { stepPodResource } from '../tekton/step-pod.ts';
import { taskRunResource } from '../tekton/task-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { Executions } from './executions.ts';
import { PipelineRuns } from './pipeline-runs.ts';
import { RunEnds } from './run-end.ts';
import { TaskRuns } from './task-runs.ts';

/** An execution as tests make it. */
type Over = Parameters<typeof aWorkflowExecution>[0];

/**
 * Executions and PipelineRuns on an API server in memory. What is there is in the caches too, unless a test puts it there
 * without `seen`; what changes on the server is not in the caches before the test has called `sync`.
 */
export function aFakeCluster(network: FakeNetwork = {}) {
  const server = new FakeApiServer();
  const client = server.client(network);
  const executionCache = new ObjectStore<WorkflowExecution>({}, () => undefined);
  const runCache = new ObjectStore<PipelineRun>({}, () => undefined);
  const sync = () => {
    executionCache.replace(undefined, server.list(workflowExecutionResource), server.revision);
    runCache.replace(undefined, server.list(pipelineRunResource), server.revision);
  };
  sync();
  const taskRuns = new TaskRuns(client);
  const seen = <T>(object: T): T => {
    sync();
    return object;
  };
  return {
    server,
    client,
    executionCache,
    runCache,
    sync,
    executions: new Executions(client, { store: executionCache } as unknown as Reflector<WorkflowExecution>),
    taskRuns,
    runEnds: new RunEnds(taskRuns),
    pipelineRuns: new PipelineRuns(client, { store: runCache } as unknown as Reflector<PipelineRun>),
    /** An execution that is there and in the cache. */
    execution: (over: Over = {}) => seen(server.put(workflowExecutionResource, aWorkflowExecution(over))),
    /** The PipelineRun of an execution, there and in the cache; `over` replaces parts of it. */
    pipelineRun: (execution: WorkflowExecution, over: object = {}) =>
      seen(server.put(pipelineRunResource, aPipelineRunOf(execution, over))),
    /** The same, not in the cache yet. */
    unseenPipelineRun: (execution: WorkflowExecution, over: object = {}) =>
      server.put(pipelineRunResource, aPipelineRunOf(execution, over)),
    /** A TaskRun of the execution's PipelineRun; `over` replaces parts of it. */
    taskRun: (execution: WorkflowExecution, name: string, status: object, over: object = {}) =>
      server.put(taskRunResource, { ...aTaskRunOf(execution, name, over), status }),
    /** The pod of such a TaskRun, with one step in a state as a container has it; `over` replaces parts of it. */
    pod: (execution: WorkflowExecution, taskRun: string, state: object, over: object = {}) =>
      server.put(stepPodResource, aPodOf(execution, taskRun, state, over)),
    /** What the server has of an execution and its PipelineRun. */
    stored: ({ metadata }: WorkflowExecution) =>
      server.list(workflowExecutionResource).find(({ metadata: { uid } }) => uid === metadata.uid),
    storedRun: (execution: WorkflowExecution) =>
      server.list(pipelineRunResource).find(({ metadata: { name } }) => name === pipelineRunName(execution)),
  };
}

function aPipelineRunOf(execution: WorkflowExecution, over: { metadata?: object }): object {
  const { apiVersion, kind, metadata } = execution;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    ...over,
    metadata: {
      name: pipelineRunName(execution),
      namespace: metadata.namespace,
      uid: runUidOf(execution),
      labels: { [pipelineRunLabels.workflowExecution]: metadata.name },
      ownerReferences: [owner],
      ...over.metadata,
    },
  };
}

function runUidOf({ metadata }: WorkflowExecution): string {
  return `run-of-${metadata.uid}`;
}

function aTaskRunOf(execution: WorkflowExecution, name: string, { metadata, ...over }: { metadata?: object }): object {
  const owner = { ...{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun' }, uid: runUidOf(execution), controller: true };
  return {
    ...{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', ...over },
    metadata: {
      ...aChildOf(execution, name),
      ownerReferences: [{ ...owner, name: pipelineRunName(execution) }],
      ...metadata,
    },
  };
}

function aPodOf(execution: WorkflowExecution, taskRun: string, state: object, over: { metadata?: object }): object {
  const owner = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    name: taskRun,
    uid: `uid-${taskRun}`,
    controller: true,
  };
  const phase = 'terminated' in state ? 'Succeeded' : 'Running';
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { ...aChildOf(execution, `${taskRun}-pod`), ownerReferences: [owner], ...over.metadata },
    spec: { restartPolicy: 'Never', containers: [{ name: 'step-s' }] },
    status: { phase, containerStatuses: [{ name: 'step-s', state }] },
  };
}

function aChildOf(execution: WorkflowExecution, name: string) {
  const labels = {
    'tekton.dev/pipelineRun': pipelineRunName(execution),
    'tekton.dev/pipelineRunUID': runUidOf(execution),
    'tekton.dev/pipelineTask': name,
  };
  return { name, namespace: execution.metadata.namespace, uid: `uid-${name}`, labels };
}

/** That an object is of somebody else. */
export const notOurs = {
  metadata: {
    ownerReferences: [{ apiVersion: 'v1', kind: 'WorkflowExecution', name: 'any', uid: 'another', controller: true }],
  },
};
