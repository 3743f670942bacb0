import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { buildPipelineRun, type NewPipelineRun } from '../../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

/** A pipeline that Tekton completes at once, with success. */
const harmless = {
  tasks: [
    {
      name: 'never',
      when: [{ input: 'yes', operator: 'in', values: ['no'] }],
      taskSpec: { steps: [{ name: 'none', image: 'none' }] },
    },
  ],
};

let stage: Stage;
let reconciler: Awaited<ReturnType<Stage['startReconciler']>>;

beforeAll(async () => {
  stage = await new Stage().open();
  reconciler = await stage.startReconciler();
});

afterAll(() => stage.close());

/** Does something while no reconciler runs. */
async function whileStopped<T>(act: () => Promise<T>): Promise<T> {
  await reconciler.stop();
  try {
    return await act();
  } finally {
    reconciler = await stage.startReconciler();
  }
}

describe('a PipelineRun with the name and the owner of ours', () => {
  it.each<[string, (expected: NewPipelineRun) => object]>([
    [
      'another pipeline',
      (expected) => ({ ...expected, spec: { ...withoutPipelineRef(expected), pipelineSpec: harmless } }),
    ],
    [
      'another ServiceAccount for a task',
      ({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, taskRunSpecs: [{ pipelineTaskName: 'wait', serviceAccountName: 'admin' }] },
      }),
    ],
    [
      'no labels of ours',
      ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, labels: {}, finalizers: [] } }),
    ],
  ])('is not adopted with %s', async (what, forge) => {
    const name = `forged-${what.replaceAll(' ', '-').toLowerCase()}`;
    const forged = await whileStopped(async () => {
      const execution = await stage.execute(name, waitingWorkflow);
      return stage.client.create(pipelineRunResource, forge(buildPipelineRun(execution)) as NewPipelineRun);  
    });

    const { status } = await stage.phase(name, 'Failed');

    expect(status).toMatchObject({ failure: { reason: 'PipelineRunConflict', wasExecutionFailure: false } });
    expect(status?.message).toContain(`PipelineRun ${forged.metadata.name} exists and differs from what`);
    expect(status?.pipelineRunRef).toBeUndefined();
    await stage.client.delete(pipelineRunResource, forged.metadata);
    await gone(forged);
  });
});

describe('a PipelineRun of ours', () => {
  it('that is deleted and created anew under its name is gone', async () => {
    await stage.execute('exchanged', waitingWorkflow);
    const ours = await started('exchanged');
    const execution = await stage.execution('exchanged');
    await whileStopped(async () => {
      await stage.client.patch(pipelineRunResource, ours.metadata, { metadata: { finalizers: null } });
      await stage.client.delete(pipelineRunResource, ours.metadata);
      await gone(ours);
      const expected = buildPipelineRun(execution);
      const forged = { ...expected, spec: { ...withoutPipelineRef(expected), pipelineSpec: harmless } };
      await stage.client.create(pipelineRunResource, forged);
    });

    const { status } = await stage.phase('exchanged', 'Failed');

    expect(status).toMatchObject({
      failure: { reason: 'PipelineRunDeleted' },
      pipelineRunRef: { uid: ours.metadata.uid },
    });
  });

  it('that has lost its owner is followed to its end, and its target is not free meanwhile', async () => {
    await stage.execute('disowned', waitingWorkflow);
    const { metadata } = await started('disowned');
    await stage.client.patch(pipelineRunResource, metadata, { metadata: { ownerReferences: null } });

    const targetResource = `${stage.namespace}/deployment/disowned`;
    await stage.execute('beside-disowned', skippingWorkflow, { targetResource });
    await expect(stage.phase('beside-disowned', 'Skipped')).resolves.toHaveProperty(
      'status.skip.reason',
      'ResourceBusy',
    );
    await answerWorkflow(stage.client, stage.namespace, metadata.name);

    await stage.phase('disowned', 'Completed');
  });

  it('that has lost its owner is deleted with its execution', async () => {
    await stage.execute('to-delete', waitingWorkflow);
    const ours = await started('to-delete');
    await stage.client.patch(pipelineRunResource, ours.metadata, { metadata: { ownerReferences: null } });

    await stage.delete('to-delete');

    await stage.gone('to-delete');
    await expect(stage.client.get(pipelineRunResource, ours.metadata)).rejects.toThrow(NotFoundError);
  });

  it('that has lost our labels is followed to its end without a resync', async () => {
    await stage.execute('stripped', waitingWorkflow);
    const { metadata } = await started('stripped');
    await stage.client.patch(pipelineRunResource, metadata, { metadata: { labels: null } });
    await answerWorkflow(stage.client, stage.namespace, metadata.name);

    await stage.phase('stripped', 'Completed');
  });
});

describe('the outcome of a PipelineRun', () => {
  it('survives its deletion while no reconciler runs', async () => {
    await stage.execute('pruned', waitingWorkflow);
    const ours = await started('pruned');
    await whileStopped(async () => {
      await answerWorkflow(stage.client, stage.namespace, ours.metadata.name);
      await stage.pipelineRun('pruned', ({ status }) => status.succeeded?.status === 'True');
      await stage.client.delete(pipelineRunResource, ours.metadata);
    });

    await stage.phase('pruned', 'Completed');
    await gone(ours);
  });

  it('does not hold a PipelineRun back once it is recorded', async () => {
    await stage.execute('recorded', skippingWorkflow);
    await stage.phase('recorded', 'Completed');
    const ours = await stage.pipelineRun('recorded');

    await stage.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });

  it('does not hold a PipelineRun back that has lost our labels', async () => {
    await stage.execute('recorded-and-stripped', skippingWorkflow);
    await stage.phase('recorded-and-stripped', 'Completed');
    const ours = await stage.pipelineRun('recorded-and-stripped');
    await stage.client.patch(pipelineRunResource, ours.metadata, { metadata: { labels: null } });

    await stage.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });

  it('is not waited for when a PipelineRun is deleted before it ended', async () => {
    await stage.execute('ended-by-hand', waitingWorkflow);
    const ours = await started('ended-by-hand');

    await stage.client.delete(pipelineRunResource, ours.metadata);

    const { status } = await stage.phase('ended-by-hand', 'Failed');
    expect(status?.failure?.reason).toBe('PipelineRunDeleted');
    await gone(ours);
  });

  it('costs an ordinary execution no write', async () => {
    await stage.execute('ordinary', waitingWorkflow);
    const { metadata } = await started('ordinary');
    await answerWorkflow(stage.client, stage.namespace, metadata.name);
    await stage.phase('ordinary', 'Completed');

    const writes = stage.proxy.requests.filter(
      ({ method, url }) => method !== 'GET' && url.pathname.includes(metadata.name),
    );
    expect(writes).toEqual([]);
  });
});

describe('a PipelineRun that is left over', () => {
  it('when its execution was removed by force, can be deleted after it ended', async () => {
    await stage.execute('removed', waitingWorkflow);
    const ours = await started('removed');
    await whileStopped(() => removeByForce('removed'));
    await answerWorkflow(stage.client, stage.namespace, ours.metadata.name);

    await until('nothing holds it back', async () => {
      const { finalizers = [] } = (await stage.client.get(pipelineRunResource, ours.metadata)).metadata;
      return finalizers.length === 0;
    });
  });

  it('when its execution was removed by force, can be deleted while it runs', async () => {
    await stage.execute('removed-too', waitingWorkflow);
    const ours = await started('removed-too');
    await whileStopped(() => removeByForce('removed-too'));

    await stage.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });
});

/** Waits until Tekton has begun the task of an execution and that is recorded. */
async function started(name: string): Promise<PipelineRun> {
  await stage.phase(name, 'Running');
  return stage.pipelineRun(name, ({ status }) => status.childReferences.length > 0);
}

async function gone({ metadata }: PipelineRun): Promise<void> {
  await until(`${metadata.name} is gone`, async () => {
    const found = await stage.client.find(pipelineRunResource, metadata);
    return found?.metadata.uid !== metadata.uid;
  });
}

/** Removes the finalizer of an execution and deletes it, and leaves its PipelineRun behind. */
async function removeByForce(name: string): Promise<void> {
  const key = stage.key(name);
  await stage.client.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });
  await stage.client.delete(workflowExecutionResource, key, { propagationPolicy: 'Orphan' });
  await stage.gone(name);
}

function withoutPipelineRef({ spec: { params, taskRunTemplate } }: NewPipelineRun) {
  return { params, taskRunTemplate };
}
