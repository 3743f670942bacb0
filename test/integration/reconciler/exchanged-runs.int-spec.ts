import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { buildPipelineRun, type NewPipelineRun } from '../../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { until } from '../../support/until.ts';
import { ReconcilerFixture } from './fixture.ts';
import { answerWorkflow, begunTask, endCancelledTask, skippingWorkflow, waitingWorkflow } from './workflows.ts';

/** A pipeline that succeeds immediately. */
const harmless = {
  tasks: [
    {
      name: 'never',
      when: [{ input: 'yes', operator: 'in', values: ['no'] }],
      taskSpec: { steps: [{ name: 'none', image: 'none' }] },
    },
  ],
};

let fixture: ReconcilerFixture;
let reconciler: Awaited<ReturnType<ReconcilerFixture['startReconciler']>>;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  reconciler = await fixture.startReconciler();
});

afterAll(() => fixture.close());

/** Does something while no reconciler runs. */
async function whileStopped<T>(act: () => Promise<T>): Promise<T> {
  await reconciler.stop();
  try {
    return await act();
  } finally {
    reconciler = await fixture.startReconciler();
  }
}

describe('a PipelineRun with the name and the owner of ours', () => {
  it.each<[string, boolean, (expected: NewPipelineRun) => object]>([
    [
      'another pipeline',
      false,
      (expected) => ({ ...expected, spec: { ...withoutPipelineRef(expected), pipelineSpec: harmless } }),
    ],
    [
      'another ServiceAccount for a task',
      true,
      ({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, taskRunSpecs: [{ pipelineTaskName: 'wait', serviceAccountName: 'admin' }] },
      }),
    ],
    [
      'no labels of ours',
      true,
      ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, labels: {}, finalizers: [] } }),
    ],
  ])('is not adopted with %s, and is ended before its target is free', async (what, runs, forge) => {
    const name = `forged-${what.replaceAll(' ', '-').toLowerCase()}`;
    const forged = await whileStopped(async () => {
      const execution = await fixture.execute(name, waitingWorkflow);
      const run = await fixture.client.create(
        pipelineRunResource,
        forge(buildPipelineRun(execution)) as NewPipelineRun,
      );
      if (runs) await begunTask(fixture.client, fixture.namespace, run.metadata.name);
      return run;
    });

    if (runs) {
      const waiting = await fixture.until(
        name,
        'it says what it waits for',
        ({ status }) => status?.phase !== undefined,
      );
      expect(waiting.status?.phase).toBe('Pending');
      await endCancelledTask(fixture.client, fixture.namespace, forged.metadata.name);
    }
    const { status } = await fixture.phase(name, 'Failed');

    expect(status).toMatchObject({ failure: { reason: 'PipelineRunConflict', wasExecutionFailure: runs } });
    expect(status?.failure?.message).toContain(forged.metadata.name);
    expect(status?.pipelineRunRef).toBeUndefined();
    await fixture.client.delete(pipelineRunResource, forged.metadata);
    await gone(forged);
  });
});

describe('a PipelineRun with the name of ours and another owner of the same UID', () => {
  it.each([{ apiVersion: 'x.example/v1' }, { kind: 'Thing' }])('is neither adopted nor changed: %j', async (over) => {
    const name = `owned-by-${Object.keys(over).join().toLowerCase()}`;
    const forged = await whileStopped(async () => {
      const { metadata, ...expected } = buildPipelineRun(await fixture.execute(name, waitingWorkflow));
      const ownerReferences = metadata.ownerReferences.map((owner) => ({ ...owner, ...over }));
      const created = { ...expected, metadata: { ...metadata, ownerReferences, finalizers: [] } };
      return fixture.client.create(pipelineRunResource, created);
    });

    const { status } = await fixture.phase(name, 'Failed');

    expect(status).toMatchObject({ failure: { reason: 'PipelineRunConflict', wasExecutionFailure: false } });
    const { spec } = await fixture.client.get(pipelineRunResource, forged.metadata);
    expect(spec.status).toBeUndefined();
  });
});

describe('a PipelineRun that is kept pending, as by Kueue', () => {
  it('is cancelled after the start deadline, and its execution is Failed without having run', async () => {
    await using own = await new ReconcilerFixture().open();
    const execution = await own.execute('pending', waitingWorkflow);
    const { spec, ...expected } = buildPipelineRun(execution);
    const pending = { ...expected, spec: { ...spec, status: 'PipelineRunPending' } };
    const { apiVersion, kind, metadata } = await own.client.create(pipelineRunResource, pending);
    const { name, namespace, uid } = metadata;
    const status = { phase: 'Running', pipelineRunRef: { apiVersion, kind, name, namespace, uid } };
    await own.client.patch(workflowExecutionResource, own.key('pending'), { status }, { subresource: 'status' });
    await own.startReconciler({ startDeadlineMs: 1_000 });

    const ended = await own.phase('pending', 'Failed');

    expect(ended.status?.failure).toMatchObject({ reason: 'DeadlineExceeded', wasExecutionFailure: false });
  });
});

describe('a PipelineRun of ours', () => {
  it('that is deleted and created again under its name is gone', async () => {
    await fixture.execute('exchanged', waitingWorkflow);
    const ours = await started('exchanged');
    const execution = await fixture.execution('exchanged');
    await whileStopped(async () => {
      await fixture.client.patch(pipelineRunResource, ours.metadata, { metadata: { finalizers: null } });
      await fixture.client.delete(pipelineRunResource, ours.metadata);
      await gone(ours);
      const expected = buildPipelineRun(execution);
      const forged = { ...expected, spec: { ...withoutPipelineRef(expected), pipelineSpec: harmless } };
      await fixture.client.create(pipelineRunResource, forged);
    });

    const { status } = await fixture.phase('exchanged', 'Failed');

    expect(status).toMatchObject({
      failure: { reason: 'PipelineRunDeleted' },
      pipelineRunRef: { uid: ours.metadata.uid },
    });
  });

  it('that has lost its owner is followed to its end, and its target stays locked until then', async () => {
    await fixture.execute('disowned', waitingWorkflow);
    const { metadata } = await started('disowned');
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { ownerReferences: null } });

    const targetResource = `${fixture.namespace}/deployment/disowned`;
    await fixture.execute('beside-disowned', skippingWorkflow, { targetResource });
    await expect(fixture.phase('beside-disowned', 'Skipped')).resolves.toHaveProperty(
      'status.skip.reason',
      'ResourceBusy',
    );
    await answerWorkflow(fixture.client, fixture.namespace, metadata.name);

    await fixture.phase('disowned', 'Completed');
  });

  it('that has lost its owner is deleted with its execution', async () => {
    await fixture.execute('to-delete', waitingWorkflow);
    const ours = await started('to-delete');
    await fixture.client.patch(pipelineRunResource, ours.metadata, { metadata: { ownerReferences: null } });

    await fixture.delete('to-delete');

    await fixture.gone('to-delete');
    await expect(fixture.client.get(pipelineRunResource, ours.metadata)).rejects.toThrow(NotFoundError);
  });

  it('that has lost our labels is followed to its end without a resync', async () => {
    await fixture.execute('stripped', waitingWorkflow);
    const { metadata } = await started('stripped');
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { labels: null } });
    await answerWorkflow(fixture.client, fixture.namespace, metadata.name);

    await fixture.phase('stripped', 'Completed');
  });
});

describe('the outcome of a PipelineRun', () => {
  it('survives its deletion while no reconciler runs', async () => {
    await fixture.execute('pruned', waitingWorkflow);
    const ours = await started('pruned');
    await whileStopped(async () => {
      await answerWorkflow(fixture.client, fixture.namespace, ours.metadata.name);
      await fixture.pipelineRun('pruned', ({ status }) => status.succeeded?.status === 'True');
      await fixture.client.delete(pipelineRunResource, ours.metadata);
    });

    await fixture.phase('pruned', 'Completed');
    await gone(ours);
  });

  it('does not block the deletion of a PipelineRun once it is recorded', async () => {
    await fixture.execute('recorded', skippingWorkflow);
    await fixture.phase('recorded', 'Completed');
    const ours = await fixture.pipelineRun('recorded');

    await fixture.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });

  it('does not block the deletion of a PipelineRun that has lost our labels', async () => {
    await fixture.execute('recorded-and-stripped', skippingWorkflow);
    await fixture.phase('recorded-and-stripped', 'Completed');
    const ours = await fixture.pipelineRun('recorded-and-stripped');
    await fixture.client.patch(pipelineRunResource, ours.metadata, { metadata: { labels: null } });

    await fixture.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });

  it('is not awaited when a PipelineRun is deleted before it ended', async () => {
    await fixture.execute('ended-by-hand', waitingWorkflow);
    const ours = await started('ended-by-hand');

    await fixture.client.delete(pipelineRunResource, ours.metadata);
    await endCancelledTask(fixture.client, fixture.namespace, ours.metadata.name);

    const { status } = await fixture.phase('ended-by-hand', 'Failed');
    expect(status?.failure?.reason).toBe('PipelineRunDeleted');
    await gone(ours);
  });

  it('costs an ordinary execution no write', async () => {
    await fixture.execute('ordinary', waitingWorkflow);
    const { metadata } = await started('ordinary');
    await answerWorkflow(fixture.client, fixture.namespace, metadata.name);
    await fixture.phase('ordinary', 'Completed');

    const writes = fixture.proxy.requests.filter(
      ({ method, url }) => method !== 'GET' && url.pathname.includes(metadata.name),
    );
    expect(writes).toEqual([]);
  });
});

describe('an orphaned PipelineRun', () => {
  it('when its execution was removed by force, can be deleted after it ended', async () => {
    await fixture.execute('removed', waitingWorkflow);
    const ours = await started('removed');
    await whileStopped(() => removeByForce('removed'));
    await answerWorkflow(fixture.client, fixture.namespace, ours.metadata.name);

    await until('nothing holds it back', async () => {
      const { finalizers = [] } = (await fixture.client.get(pipelineRunResource, ours.metadata)).metadata;
      return finalizers.length === 0;
    });
  });

  it('when its execution was removed by force, can be deleted while it runs', async () => {
    await fixture.execute('removed-too', waitingWorkflow);
    const ours = await started('removed-too');
    await whileStopped(() => removeByForce('removed-too'));

    await fixture.client.delete(pipelineRunResource, ours.metadata);

    await gone(ours);
  });
});

/** Waits until Tekton has begun the task of an execution and that is recorded. */
async function started(name: string): Promise<PipelineRun> {
  await fixture.phase(name, 'Running');
  return fixture.pipelineRun(name, ({ status }) => status.childReferences.length > 0);
}

async function gone({ metadata }: PipelineRun): Promise<void> {
  await until(`${metadata.name} is gone`, async () => {
    const found = await fixture.client.find(pipelineRunResource, metadata);
    return found?.metadata.uid !== metadata.uid;
  });
}

/** Removes the finalizer of an execution and deletes it, and leaves its PipelineRun behind. */
async function removeByForce(name: string): Promise<void> {
  const key = fixture.key(name);
  await fixture.client.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });
  await fixture.client.delete(workflowExecutionResource, key, { propagationPolicy: 'Orphan' });
  await fixture.gone(name);
}

function withoutPipelineRef({ spec: { params, taskRunTemplate } }: NewPipelineRun) {
  return { params, taskRunTemplate };
}
