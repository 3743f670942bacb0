import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, InvalidError, UnavailableError } from '../../kubernetes/errors.ts';
import type { FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { buildPipelineRun, pipelineRunLabels } from '../../tekton/build-pipeline-run.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';

const { signal } = new AbortController();

/** A network on which these requests fail with this error. */
const refusing = (error: Error, ...verbs: readonly string[]): FakeNetwork => ({
  before: ({ verb }) => {
    if (verbs.includes(verb)) throw error;
  },
});

describe('a PipelineRun with the name of ours', () => {
  it('is ours when a dry run creates the same', async () => {
    const { adoption, execution, unseenPipelineRun, storedRun, server, runCache } = aFakeCluster();
    const one = execution();
    const existing = unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).resolves.toEqual({ kind: 'own', pipelineRun: existing });
    expect(server.verbs).toEqual(['get', 'create']);
    expect(storedRun(one)).toEqual(existing);
    expect(runCache.list()).toEqual([existing]);
  });

  it('is ours when admission changes PipelineRuns at their creation only', async () => {
    const { adoption, execution, unseenPipelineRun, server } = aFakeCluster();
    const one = execution();
    const taskRunTemplate = { serviceAccountName: 'workflow-execution-sa', podTemplate: { nodeSelector: { a: 'b' } } };
    unseenPipelineRun(one, { spec: { taskRunTemplate } });
    server.admitCreation = ({ spec, ...rest }) => ({ ...rest, spec: { ...recordOf(spec), taskRunTemplate } });
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
  });

  it.each([
    ['none', 'none', 1],
    ['none', 'restricted', 2],
    ['restricted', 'none', 2],
  ] as const)(
    'is ours also when WFE_POD_SECURITY is %s and was %s when it was created',
    async (podSecurity, before, dryRuns) => {
      const { adoption, execution, unseenPipelineRun, server } = aFakeCluster({}, undefined, { podSecurity });
      const one = execution();
      unseenPipelineRun(one, { spec: buildPipelineRun(one, { podSecurity: before }).spec });
      await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
      expect(server.verbs).toEqual(['get', ...Array<string>(dryRuns).fill('create')]);
    },
  );

  it.each([new ForbiddenError('exceeded quota'), new InvalidError('a newer rule')])(
    'is ours also when another one would not be admitted now: %p',
    async (error) => {
      const { adoption, execution, unseenPipelineRun, server } = aFakeCluster(refusing(error, 'create'));
      const one = execution();
      const existing = unseenPipelineRun(one);
      await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
      expect(server.list(pipelineRunResource)).toEqual([existing]);
    },
  );

  it('is ours even if a webhook made it pending at its creation, as Kueue does, and rejects another one now', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster(refusing(new ForbiddenError('quota'), 'create'));
    const one = execution();
    unseenPipelineRun(one, { spec: { ...buildPipelineRun(one).spec, status: 'PipelineRunPending' } });
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
  });

  it('is ours also when it was cancelled', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    unseenPipelineRun(one, { spec: { status: 'Cancelled' } });
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'own' });
  });

  it('is foreign when it has another controller', async () => {
    const { adoption, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const one = execution();
    const pipelineRun = unseenPipelineRun(one, foreignOwned);
    await expect(adoption.find(one, signal)).resolves.toEqual({ kind: 'foreign', pipelineRun });
    expect(runCache.size).toBe(0);
  });

  it.each<[string, object]>([
    ['lacks our label', { metadata: { labels: {} } }],
    ['has another value of it', { metadata: { labels: { [pipelineRunLabels.workflowId]: 'x' } } }],
    ['runs something else', { spec: { pipelineSpec: {} } }],
    ['runs with another ServiceAccount', { spec: { taskRunTemplate: { serviceAccountName: 'admin' } } }],
    ['has other parameters', { spec: { params: [] } }],
  ])('is different from ours when it %s', async (_, over) => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    const pipelineRun = unseenPipelineRun(one, over);
    await expect(adoption.find(one, signal)).resolves.toEqual({ kind: 'different', pipelineRun });
  });

  it('is different when Tekton rejects our spec as an update', async () => {
    const network = refusing(new InvalidError('only status updates'), 'create', 'patch');
    const { adoption, execution, unseenPipelineRun } = aFakeCluster(network);
    const one = execution();
    unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).resolves.toMatchObject({ kind: 'different' });
  });

  it.each([new UnavailableError('no route'), new ForbiddenError('no rights')])(
    'is neither while it cannot be asked for: %p',
    async (error) => {
      const { adoption, execution, unseenPipelineRun } = aFakeCluster(refusing(error, 'create', 'patch'));
      const one = execution();
      unseenPipelineRun(one);
      await expect(adoption.find(one, signal)).rejects.toBe(error);
    },
  );

  it('redacts secret parameters in an error', async () => {
    const { adoption, execution, unseenPipelineRun } = aFakeCluster(
      refusing(new ForbiddenError('not hunter2'), 'create', 'patch'),
    );
    const one = execution({ spec: { parameters: { PASSWORD: 'hunter2' } } });
    unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).rejects.toThrow('withheld');
  });

  it('is undefined when there is no PipelineRun', async () => {
    const { adoption, execution } = aFakeCluster();
    await expect(adoption.find(execution(), signal)).resolves.toEqual({ kind: 'none' });
  });
});

describe('a dry run of the creation', () => {
  it('creates nothing', async () => {
    const { adoption, execution, unseenPipelineRun, server } = aFakeCluster();
    const one = execution();
    const existing = unseenPipelineRun(one);
    await adoption.find(one, signal);
    expect(server.list(pipelineRunResource)).toEqual([existing]);
  });

  it('fails when the dry run fails, without another request', async () => {
    const error = new UnavailableError('no route');
    const { adoption, execution, unseenPipelineRun, server } = aFakeCluster(refusing(error, 'create'));
    const one = execution();
    unseenPipelineRun(one);
    await expect(adoption.find(one, signal)).rejects.toBe(error);
    expect(server.verbs).toEqual(['get']);
  });
});
