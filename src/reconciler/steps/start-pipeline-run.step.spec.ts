import { describe, expect, it } from '@jest/globals';
import {
  AlreadyExistsError,
  CancelledError,
  ForbiddenError,
  InvalidError,
  InvalidObjectError,
  UnavailableError,
} from '../../kubernetes/errors.ts';
import type { FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { startPipelineRun } from './start-pipeline-run.step.ts';

const { signal } = new AbortController();
const config = { statusDeadlineMs: 600_000, startDeadlineMs: 600_000, startDeadlineWhilePaused: false };
const creationTimestamp = '2026-11-23T12:04:58Z';
const startTime = '2026-11-23T12:05:00Z';
const completionTime = '2026-11-23T12:05:07Z';

function aCluster(network: FakeNetwork = {}) {
  const cluster = aFakeCluster(network);
  const errors = { count: 0, inc: () => void (errors.count += 1) };
  const context = { ...cluster, creationErrors: errors, config };
  return {
    ...cluster,
    errors,
    start: (execution: WorkflowExecution) => startPipelineRun(execution, context, signal),
  };
}

/** A network on which creations fail with this error. */
const failing = (error: Error): FakeNetwork => ({
  before: ({ verb }) => {
    if (verb === 'create') throw error;
  },
});

describe('starting an execution', () => {
  it('creates its PipelineRun', async () => {
    const { start, execution, storedRun, errors } = aCluster();
    const one = execution();
    const outcome = await start(one);
    const { name, uid } = storedRun(one)?.metadata ?? {};
    expect(outcome).toMatchObject({
      kind: 'observed',
      observation: { phase: 'Running', begun: 'created', pipelineRun: { name, uid, namespace: 'payment' } },
    });
    expect(errors.count).toBe(0);
  });

  it('creates nothing while its namespace is paused', async () => {
    const { start, execution, pause, server } = aCluster();
    pause('payment', 'maintenance');
    await expect(start(execution())).resolves.toMatchObject({ observation: { phase: 'Pending', reason: 'Paused' } });
    expect(server.list(pipelineRunResource)).toEqual([]);
  });

  it('is in progress until its PipelineRun is created', async () => {
    const { start, execution, starts, server } = aCluster();
    const started = start(execution());
    await starts.ended();
    expect(server.list(pipelineRunResource)).toHaveLength(1);
    await started;
  });

  it('adopts the PipelineRun of an earlier attempt, regardless of its progress', async () => {
    const { start, execution, unseenPipelineRun, errors } = aCluster();
    const one = execution();
    const status = { ...succeeded('True', 'Succeeded'), startTime, completionTime };
    unseenPipelineRun(one, { metadata: { creationTimestamp }, status });
    await expect(start(one)).resolves.toMatchObject({
      observation: { phase: 'Running', begun: 'adopted', startTime: creationTimestamp },
    });
    expect(errors.count).toBe(0);
  });

  it('fails the execution when there is a foreign PipelineRun of its name', async () => {
    const { start, execution, unseenPipelineRun } = aCluster();
    const one = execution();
    unseenPipelineRun(one, foreignOwned);
    await expect(start(one)).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Failed', failure: { reason: 'PipelineRunConflict', wasExecutionFailure: false } },
    });
  });

  it('first ends a different PipelineRun that names it as its controller', async () => {
    const { start, execution, unseenPipelineRun, storedRun, errors } = aCluster();
    const one = execution();
    unseenPipelineRun(one, { spec: { pipelineSpec: {} } });
    await expect(start(one)).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Pending', reason: 'PipelineRunConflict' },
      requeueAfterMs: 1_000,
    });
    expect(storedRun(one)?.spec.status).toBe('Cancelled');
    expect(errors.count).toBe(0);
  });

  it('is retried when that PipelineRun was just deleted', async () => {
    const cluster = aCluster({
      before: ({ verb }) => {
        if (verb === 'get') cluster.server.remove(pipelineRunResource, run.metadata);
      },
    });
    const one = cluster.execution();
    const run = cluster.unseenPipelineRun(one);
    await expect(cluster.start(one)).rejects.toThrow(AlreadyExistsError);
  });

  it('keeps it Pending and retries after a temporary error', async () => {
    const error = new ForbiddenError('no rights', { status: 403 });
    const { start, execution, errors } = aCluster(failing(error));
    await expect(start(execution())).resolves.toEqual({
      kind: 'observed',
      observation: expect.objectContaining({ phase: 'Pending', reason: 'Forbidden' }),
      retry: error,
    });
    expect(errors.count).toBe(1);
  });

  it('fails it without a retry after a permanent error', async () => {
    const { start, execution, errors } = aCluster(failing(new InvalidError('bad', { status: 422 })));
    const outcome = await start(execution());
    expect(outcome).toMatchObject({ observation: { phase: 'Failed', failure: { reason: 'ConfigurationError' } } });
    expect(outcome).not.toHaveProperty('retry');
    expect(errors.count).toBe(1);
  });

  it.each([
    ['is kept when it is not known whether the PipelineRun was created', new UnavailableError('reset'), false],
    ['is kept when the response cannot be parsed', new InvalidObjectError('no metadata'), false],
    ['is released when the PipelineRun was refused', new ForbiddenError('no rights', { status: 403 }), true],
  ])('holds its target, which %s', async (_, error, isFree) => {
    const { start, execution, occupancy } = aCluster(failing(error));
    await start(execution());
    expect(occupancy.reserve(execution({ metadata: { name: 'b', uid: 'uid-b' } }))).toBe(isFree);
  });

  it.each([new CancelledError('stopped'), new TypeError('a fault of ours')])(
    'rejects without an observation after %s',
    async (error) => {
      const { start, execution, errors } = aCluster(failing(error));
      await expect(start(execution())).rejects.toBe(error);
      expect(errors.count).toBe(0);
    },
  );
});
