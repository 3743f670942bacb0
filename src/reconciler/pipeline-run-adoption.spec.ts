import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, InvalidError, UnavailableError } from '../kubernetes/errors.ts';
import type { FakeNetwork } from '../kubernetes/fake-api-server.builders.ts';
import { pipelineRunLabels } from '../tekton/build-pipeline-run.ts';
import { aFakeCluster, notOurs } from './fake-cluster.builders.ts';

const { signal } = new AbortController();

/** A network on which patches fail with this error. */
const refusing = (error: Error): FakeNetwork => ({
  before: ({ verb }) => {
    if (verb === 'patch') throw error;
  },
});

describe('the PipelineRun that has the name of ours', () => {
  it('is ours when it is what would be created, which is asked for without changing it', async () => {
    const { adoption, execution, unseenPipelineRun, storedRun, server, runCache } = aFakeCluster();
    const one = execution();
    const existing = unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).resolves.toEqual({ kind: 'own', pipelineRun: existing });
    expect(server.verbs).toEqual(['get', 'patch']);
    expect(storedRun(one)).toEqual(existing);
    expect(runCache.list()).toEqual([existing]);
  });

  it('is ours also when somebody has cancelled it', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    unseenPipelineRun(one, { spec: { status: 'Cancelled' } });
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
  });

  it.each<[string, object, string]>([
    ['is controlled by another', notOurs, 'is not controlled by this execution'],
    ['lacks our label', { metadata: { labels: {} } }, 'differs from what'],
    ['has another value of it', { metadata: { labels: { [pipelineRunLabels.workflowId]: 'x' } } }, 'differs from what'],
    ['runs something else', { spec: { pipelineSpec: {} } }, 'differs from what'],
    ['runs as somebody else', { spec: { taskRunTemplate: { serviceAccountName: 'admin' } } }, 'differs from what'],
    ['has other parameters', { spec: { params: [] } }, 'differs from what'],
  ])('is not ours when it %s', async (_, over, why) => {
    const { adoption, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const one = execution();
    const existing = unseenPipelineRun(one, over);
    const found = await adoption.find(one, signal);
    expect(found).toEqual({ kind: 'foreign', pipelineRun: existing, why: expect.stringContaining(why) });
    expect(runCache.size).toBe(0);
  });

  it('is not ours when Tekton would not take the spec that we would give it', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster(refusing(new InvalidError('only status updates')));
    const one = execution();
    unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'foreign' });
  });

  it.each([new UnavailableError('no route'), new ForbiddenError('no rights')])(
    'is neither while it cannot be asked for: %p',
    async (error) => {
      const { adoption, execution, unseenPipelineRun } = aFakeCluster(refusing(error));
      const one = execution();
      unseenPipelineRun(one);
      await expect(adoption.find(one, signal)).rejects.toBe(error);
    },
  );

  it('is told without secret parameters when it cannot be asked for', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster(refusing(new ForbiddenError('not hunter2')));
    const one = execution({ spec: { parameters: { PASSWORD: 'hunter2' } } });
    unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).rejects.toThrow('withheld');
  });

  it('is none when there is none', async () => {
    const { adoption, execution } = aFakeCluster();
    await expect(adoption.find(execution(), signal)).resolves.toEqual({ kind: 'none' });
  });
});
