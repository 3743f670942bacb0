import { describe, expect, it } from '@jest/globals';
import { LockContendedError } from '../../locking/target-locks.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { startPipelineRun } from './start-pipeline-run.step.ts';

const { signal } = new AbortController();
const config = { statusDeadlineMs: 600_000, startDeadlineMs: 600_000, startDeadlineWhilePaused: false };

/** An execution that starts while another one runs on its target. */
function anOccupiedTarget() {
  const cluster = aFakeCluster();
  const creationErrors = { inc: () => undefined };
  const context = { ...cluster, creationErrors, config };
  const other = cluster.execution({ metadata: { name: 'other', uid: 'uid-other' }, status: { phase: 'Running' } });
  const own = cluster.execution();
  return { ...cluster, own, other, start: async () => startPipelineRun(own, context, signal) };
}

describe('an execution that starts although another one runs on its target', () => {
  it('is skipped and creates nothing', async () => {
    const { start, server } = anOccupiedTarget();
    await expect(start()).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Skipped', skip: { reason: 'ResourceBusy', message: expect.stringContaining('other') } },
    });
    expect(server.list(pipelineRunResource)).toEqual([]);
  });

  it('is followed when it has its PipelineRun already', async () => {
    const { start, own, unseenPipelineRun } = anOccupiedTarget();
    unseenPipelineRun(own);
    await expect(start()).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Running', begun: 'adopted' },
    });
  });

  it('first ends a different PipelineRun that names it as its controller', async () => {
    const { start, own, unseenPipelineRun, storedRun } = anOccupiedTarget();
    unseenPipelineRun(own, { spec: { pipelineSpec: {} } });
    await expect(start()).resolves.toMatchObject({
      observation: { phase: 'Pending', reason: 'PipelineRunConflict' },
    });
    expect(storedRun(own)?.spec.status).toBe('Cancelled');
  });

  it('is retried when a live read shows that the other one has just ended', async () => {
    const { start, other, server } = anOccupiedTarget();
    server.put(workflowExecutionResource, { ...other, status: { phase: 'Completed' } });
    const error = await start().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LockContendedError);
    expect(error).toHaveProperty('message', expect.stringContaining('has just ended'));
    expect(server.list(pipelineRunResource)).toEqual([]);
  });
});

describe('the target of an execution whose PipelineRun name is taken by a foreign one', () => {
  it('is not locked', async () => {
    const cluster = aFakeCluster();
    const { occupancy, execution, unseenPipelineRun } = cluster;
    const creationErrors = { inc: () => undefined };
    const context = { ...cluster, creationErrors, config };
    const own = execution();
    const rival = execution({ metadata: { name: 'rival', uid: 'uid-rival' } });
    unseenPipelineRun(own, foreignOwned);
    await startPipelineRun(own, context, signal);
    expect(occupancy.reserve(rival)).toBe(true);
  });
});
