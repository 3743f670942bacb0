import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { FakeApiServer, type FakeNetwork } from '../kubernetes/fake-api-server.builders.ts';
import { ObjectStore, type ChangeHandler } from '../kubernetes/store.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { applyList } from '../kubernetes/store.builders.ts';
import { buildPipelineRun, type PipelineRunSettings } from '../tekton/build-pipeline-run.ts';
import { pipelineRunName } from '../tekton/names.ts';
import { pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import { customRunResource } from '../tekton/custom-run.ts';
import { taskPodResource } from '../tekton/task-pod.ts';
import { taskRunResource } from '../tekton/task-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import type { PausingObject } from '../pauses/pause.ts';
import type { TargetLocks } from '../locking/target-locks.ts';
import { Pauses, pausingIndexes } from '../pauses/pauses.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { isSettled } from '../workflow-execution/execution.ts';
import { FinishedExecution } from './history/finished-execution.ts';
import { History } from './history/history.ts';
import { reconcilerIndexes } from './executions/execution-indexes.ts';
import { Executions } from './executions/executions.ts';
import { PipelineRunAdoption } from './pipelinerun/pipeline-run-adoption.ts';
import { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';
import { PipelineRuns } from './pipelinerun/pipeline-runs.ts';
import { TargetOccupancy } from './target/target-occupancy.ts';
import { RefusedStatuses } from './executions/refused-statuses.ts';
import { RunEnds } from './pipelinerun/run-end.ts';
import { StartsInProgress } from './pipelinerun/starts-in-progress.ts';
import { UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';
import { TaskRuns } from './pipelinerun/task-runs.ts';

/** The parts of an execution that a test sets. */
type Over = Parameters<typeof aWorkflowExecution>[0];

/**
 * Executions and PipelineRuns on an API server in memory. Objects that a test adds are also cached, except with
 * `unseen…`; other changes on the server are cached when `sync` is called.
 */
export function aFakeCluster(
  network: FakeNetwork = {},
  clock = new FakeClock(),
  settings: PipelineRunSettings = { podSecurity: 'restricted' },
) {
  const server = new FakeApiServer();
  const client = server.client(network);
  const executionCache = new ObjectStore<WorkflowExecution>(reconcilerIndexes, () => undefined);
  const runHandlers: ChangeHandler<PipelineRun>[] = [];
  const runCache = new ObjectStore<PipelineRun>({}, (change) => runHandlers.forEach((handler) => handler(change)));
  let [relists, pausesVersion] = [0, 0];
  const historyStore = new ObjectStore<FinishedExecution>({}, () => undefined);
  const sync = () => {
    const [settled, unsettled] = partition(server.list(workflowExecutionResource), isSettled);
    applyList(executionCache, unsettled, server.revision);
    applyList(
      historyStore,
      settled.map((execution) => new FinishedExecution(execution)),
      server.revision,
    );
    applyList(runCache, server.list(pipelineRunResource), server.revision);
  };
  sync();
  const taskRuns = new TaskRuns(client);
  const seen = <T>(object: T): T => {
    sync();
    return object;
  };
  const executionMirror = { store: executionCache } as unknown as Reflector<WorkflowExecution>;
  const runMirror = {
    store: runCache,
    onChange: (handler: ChangeHandler<PipelineRun>) => runHandlers.push(handler),
  } as unknown as Reflector<PipelineRun>;
  const history = new History({
    store: historyStore,
    waitForSync: () => Promise.resolve(),
    relist: () => void (relists += 1),
  } as unknown as Reflector<FinishedExecution>);
  const pausing = new ObjectStore<PausingObject>(pausingIndexes, () => undefined);
  const noConfigMap = new ObjectStore<PausingObject>(pausingIndexes, () => undefined);
  const executions = new Executions(client, executionMirror);
  const pipelineRuns = new PipelineRuns(client, runMirror, settings);
  const runEnds = new RunEnds(taskRuns, { statusDeadlineMs: 600_000 }, clock);
  const refusedStatuses = new RefusedStatuses(clock);
  return {
    server,
    client,
    refusedStatuses,
    executionCache,
    historyStore,
    /** How often the history was listed again. */
    historyRelists: () => relists,
    runCache,
    sync,
    executions,
    history,
    taskRuns,
    runEnds,
    pipelineRuns,
    creates: new UnconfirmedCreates(clock),
    starts: new StartsInProgress(),
    pauses: new Pauses(
      { store: noConfigMap } as unknown as Reflector<PausingObject>,
      { store: pausing } as unknown as Reflector<PausingObject>,
      { watchNamespaces: [] },
    ),
    log: silentLogger,
    /** No execution has its lock. */
    locks: { isHeldBy: () => false } as unknown as TargetLocks,
    clock,
    adoption: new PipelineRunAdoption(client, pipelineRuns),
    retention: new PipelineRunRetention(client, pipelineRuns, runMirror, executions, history, silentLogger),
    occupancy: new TargetOccupancy(executions, history, pipelineRuns, runEnds, refusedStatuses, clock),
    /** Pauses a namespace, or ends its pause. */
    pause: (namespace: string, reason?: string) =>
      pausing.put(undefined, {
        ...{ apiVersion: 'v1', kind: 'Namespace' },
        metadata: { name: namespace, uid: namespace, resourceVersion: String(++pausesVersion), creationTimestamp: '' },
        ...(reason === undefined ? {} : { pause: { namespace, reason } }),
      }),
    /** Adds an execution to the server and the cache. */
    execution: (over: Over = {}) => seen(server.put(workflowExecutionResource, aWorkflowExecution(over))),
    /** Adds the PipelineRun of an execution to the server and the cache; `over` replaces parts of it. */
    pipelineRun: (execution: WorkflowExecution, over: object = {}) =>
      seen(server.put(pipelineRunResource, aPipelineRunOf(execution, over))),
    /** The same without the cache. */
    unseenPipelineRun: (execution: WorkflowExecution, over: object = {}) =>
      server.put(pipelineRunResource, aPipelineRunOf(execution, over)),
    /** A TaskRun of the execution's PipelineRun; `over` replaces parts of it. */
    taskRun: (execution: WorkflowExecution, name: string, status: object, over: object = {}) =>
      server.put(taskRunResource, { ...aTaskRunOf(execution, name, over), status }),
    /** A CustomRun of the execution's PipelineRun; `over` replaces parts of it. */
    customRun: (execution: WorkflowExecution, name: string, status: object, over: object = {}) =>
      server.put(customRunResource, {
        ...aTaskRunOf(execution, name, over),
        ...{ apiVersion: 'tekton.dev/v1beta1', kind: 'CustomRun', status },
      }),
    /** The pod of such a TaskRun, with one step in a state as a container has it; `over` replaces parts of it. */
    pod: (execution: WorkflowExecution, taskRun: string, state: object, over: object = {}) =>
      server.put(taskPodResource, aPodOf(execution, taskRun, state, over)),
    /** The execution and its PipelineRun on the server. */
    stored: ({ metadata }: WorkflowExecution) =>
      server.list(workflowExecutionResource).find(({ metadata: { uid } }) => uid === metadata.uid),
    storedRun: (execution: WorkflowExecution) =>
      server.list(pipelineRunResource).find(({ metadata: { name } }) => name === pipelineRunName(execution)),
  };
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** The PipelineRun that would be created for an execution, with a UID. */
function aPipelineRunOf(execution: WorkflowExecution, over: { metadata?: object; spec?: object }): object {
  const { metadata, spec, ...rest } = buildPipelineRun(execution);
  return {
    ...rest,
    ...over,
    metadata: { ...metadata, uid: runUidOf(execution), ...over.metadata },
    spec: { ...spec, ...over.spec },
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

function aPodOf(
  execution: WorkflowExecution,
  taskRun: string,
  state: object,
  over: { metadata?: object; status?: object },
): object {
  const owner = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    name: taskRun,
    uid: `uid-${taskRun}`,
    controller: true,
  };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...aChildOf(execution, `${taskRun}-pod`, { 'tekton.dev/taskRun': taskRun }),
      annotations: { 'tekton.dev/ready': 'READY' },
      ownerReferences: [owner],
      ...over.metadata,
    },
    spec: { restartPolicy: 'Never', containers: [{ name: 'step-s' }] },
    status: { phase: podPhaseOf(state), containerStatuses: [{ name: 'step-s', state }], ...over.status },
  };
}

/** The phase of a pod with one container in a state: Pending until it has started. */
function podPhaseOf(state: object): string {
  if ('terminated' in state) return 'Succeeded';
  return 'running' in state ? 'Running' : 'Pending';
}

function aChildOf(execution: WorkflowExecution, name: string, more: object = {}) {
  const labels = {
    ...more,
    'tekton.dev/pipelineRun': pipelineRunName(execution),
    'tekton.dev/pipelineRunUID': runUidOf(execution),
    'tekton.dev/pipelineTask': name,
  };
  return { name, namespace: execution.metadata.namespace, uid: `uid-${name}`, labels };
}

/** Makes an object foreign: it has another controller. */
export const foreignOwned = {
  metadata: {
    ownerReferences: [{ apiVersion: 'v1', kind: 'WorkflowExecution', name: 'any', uid: 'another', controller: true }],
  },
};
