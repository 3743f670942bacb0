import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '../kubernetes/errors.ts';
import { succeeded } from '../tekton/pipeline-run.builders.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from './fake-cluster.builders.ts';
import { runOf } from './pipelinerun/run-end.ts';

type Cluster = ReturnType<typeof aFakeCluster>;
type Operation = (signal: AbortSignal) => Promise<unknown>;

/** Runs an operation whose signal is aborted when the request with this number is sent; counts from 1. */
async function cancelledAt(request: number, prepare: (cluster: Cluster) => Operation) {
  const controller = new AbortController();
  let sent = 0;
  const before = () => {
    sent += 1;
    if (sent === request) controller.abort();
  };
  const cluster = aFakeCluster({ before });
  const operation = prepare(cluster);
  const error = await operation(controller.signal).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, handled: cluster.server.verbs };
}

const recorded = (name: string) => ({ status: { ...succeeded('False', 'Failed'), childReferences: [aChild(name)] } });
const aChild = (name: string) => ({ kind: 'TaskRun', name });

const operations: readonly (readonly [string, readonly string[], (cluster: Cluster) => Operation])[] = [
  [
    'reading an execution',
    ['get'],
    ({ executions, execution }) => {
      const { metadata } = execution();
      return (signal) => executions.read(metadata, signal);
    },
  ],
  [
    'writing a status',
    ['patch'],
    ({ executions, execution }) => {
      const one = execution();
      return (signal) => executions.writeStatus(one, { phase: 'Pending' }, signal);
    },
  ],
  [
    'adding the finalizer',
    ['patch'],
    ({ executions, execution }) => {
      const one = execution();
      return (signal) => executions.addFinalizer(one, signal);
    },
  ],
  [
    'removing the finalizer',
    ['patch'],
    ({ executions, execution }) => {
      const one = execution();
      return (signal) => executions.removeFinalizer(one, signal);
    },
  ],
  [
    'deleting an execution',
    ['delete'],
    ({ executions, execution }) => {
      const one = execution();
      return (signal) => executions.delete(one, signal);
    },
  ],
  [
    'creating a PipelineRun',
    ['create'],
    ({ pipelineRuns, execution }) => {
      const one = execution();
      return (signal) => pipelineRuns.create(one, signal);
    },
  ],
  [
    'finding a PipelineRun that has lost its label',
    ['get', 'patch'],
    ({ pipelineRuns, execution, unseenPipelineRun }) => {
      const one = execution();
      unseenPipelineRun(one, { metadata: { labels: {} } });
      return (signal) => pipelineRuns.find(one, signal);
    },
  ],
  [
    'cancelling a PipelineRun',
    ['patch'],
    ({ pipelineRuns, execution, pipelineRun }) => {
      const run = pipelineRun(execution());
      return (signal) => pipelineRuns.cancel(run, 'Immediate', signal);
    },
  ],
  [
    'deleting a PipelineRun',
    ['delete'],
    ({ pipelineRuns, execution, pipelineRun }) => {
      const run = pipelineRun(execution());
      return (signal) => pipelineRuns.delete(run, signal);
    },
  ],
  [
    'comparing a PipelineRun with what would be created',
    ['get', 'create'],
    ({ adoption, execution, unseenPipelineRun }) => {
      const one = execution();
      unseenPipelineRun(one);
      return (signal) => adoption.find(one, signal);
    },
  ],
  [
    'watching a PipelineRun again',
    ['get', 'patch'],
    ({ retention, execution, pipelineRun, unseenPipelineRun, runCache }) => {
      const one = execution();
      const run = pipelineRun(one);
      unseenPipelineRun(one, { metadata: { labels: {} } });
      runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
      return (signal) => retention.releaseRunOf(one, signal);
    },
  ],
  [
    'releasing a PipelineRun without an execution',
    ['get', 'patch'],
    ({ retention, pipelineRun }) => {
      const { metadata } = pipelineRun(aWorkflowExecution(), { status: succeeded('True', 'Succeeded') });
      return (signal) => retention.releaseOrphan({ namespace: 'payment', name: metadata.name }, signal);
    },
  ],
  [
    'ending the TaskRuns of a run',
    ['list', 'list', 'patch', 'list'],
    ({ runEnds, execution, pipelineRun, taskRun }) => {
      const one = execution();
      const run = pipelineRun(one, recorded('main'));
      taskRun(one, 'main', { podName: 'main-pod' }, { metadata: { labels: {} } });
      return (signal) => runEnds.ensureEnded(runOf(one, run), run, signal);
    },
  ],
];

describe('a cancelled reconcile', () => {
  it.each(operations)('sends nothing more while %s', async (_, verbs, prepare) => {
    await expect(cancelledAt(Infinity, prepare)).resolves.toEqual({ error: undefined, handled: verbs });
    for (const [index] of verbs.entries()) {
      const { error, handled } = await cancelledAt(index + 1, prepare);
      expect(error).toBeInstanceOf(CancelledError);
      expect(handled).toEqual(verbs.slice(0, index));
    }
  });
});
