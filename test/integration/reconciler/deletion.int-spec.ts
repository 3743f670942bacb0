import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

let fixture: ReconcilerFixture;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
});

afterAll(() => fixture.close());

describe('an execution that is deleted', () => {
  it.concurrent('does not wait for a foreign finalizer on its PipelineRun', async () => {
    await fixture.execute('lingers', waitingWorkflow);
    await fixture.phase('lingers', 'Running');
    const { metadata } = await fixture.startedRun('lingers');
    const finalizers = [...(metadata.finalizers ?? []), testFinalizer];
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { finalizers } });

    await fixture.delete('lingers');
    await fixture.pipelineRun('lingers', (run) => run.metadata.deletionTimestamp !== undefined);
    await expect(fixture.execution('lingers')).resolves.toHaveProperty('metadata.deletionTimestamp');

    await fixture.gone('lingers');
    expect((await withFinalizers(metadata.name)).metadata.finalizers).toContain(testFinalizer);
    await fixture.client.patch(pipelineRunResource, metadata, { metadata: { finalizers: null } });
  });

  it.concurrent('keeps the finalizers of others', async () => {
    await fixture.execute('kept', skippingWorkflow);
    const { metadata } = await fixture.phase('kept', 'Completed');
    const finalizers = [...(metadata.finalizers ?? []), testFinalizer];
    await fixture.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers } });

    await fixture.delete('kept');

    const isAlone = ({ metadata }: { metadata: Meta }) => metadata.finalizers?.length === 1;
    const execution = await fixture.until('kept', 'one finalizer is left', isAlone);
    expect(execution.metadata.finalizers).toEqual([testFinalizer]);
  });

  it.concurrent('and created again under its name is another execution', async () => {
    const before = await fixture.execute('twice', skippingWorkflow);
    const first = await fixture.phase('twice', 'Completed');
    await fixture.delete('twice');
    await fixture.gone('twice');

    // On another target, because this one cools down.
    const targetResource = `${fixture.namespace}/deployment/another`;
    const after = await fixture.execute('twice', skippingWorkflow, { targetResource });
    const second = await fixture.phase('twice', 'Completed');

    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(second.status?.pipelineRunRef?.name).not.toBe(first.status?.pipelineRunRef?.name);
  });
});

const testFinalizer = 'test.kubernaut.ai/hold';

type Execution = Awaited<ReturnType<ReconcilerFixture['execution']>>;
type Meta = Execution['metadata'];

/** The PipelineRun with its finalizers, which the product's parser drops. */
function withFinalizers(name: string) {
  return fixture.client.get(
    { ...pipelineRunResource, parse: (json) => json as { apiVersion: string; kind: string; metadata: Meta } },
    fixture.key(name),
  );
}
