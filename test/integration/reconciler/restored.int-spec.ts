import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ownAnnotations, finalizer } from '../../../src/workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aWorkflowExecution } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow } from './workflows.ts';

let fixture: ReconcilerFixture;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
});

afterAll(() => fixture.close());

/**
 * Creates an execution as Velero restores it (resetMetadataAndStatus in pkg/restore/restore.go of Velero v1.17), without the
 * labels that Velero adds.
 */
async function restore({ apiVersion, kind, metadata, spec }: WorkflowExecution): Promise<void> {
  const { name, namespace, labels, annotations, finalizers } = metadata;
  const copy = { apiVersion, kind, metadata: { name, namespace, labels, annotations, finalizers }, spec };
  await fixture.client.create(workflowExecutionResource, copy);
}

it('a finished execution that is restored without its status does not run again', async () => {
  await fixture.execute('wfe', skippingWorkflow);
  const finished = await fixture.phase('wfe', 'Completed');
  await fixture.delete('wfe');
  await fixture.gone('wfe');

  await restore(finished);

  const { status } = await fixture.phase('wfe', 'Skipped');
  expect(status?.skip).toMatchObject({ reason: 'Restored' });
  await expect(fixture.pipelineRuns('wfe')).resolves.toEqual([]);
});

it('a restored execution that the API created does not run again either', async () => {
  const annotations = { [ownAnnotations.createdAt]: '2026-01-02T03:04:05Z' };
  const metadata = { namespace: fixture.namespace, name: 'api', annotations, finalizers: [finalizer] };
  await restore({ ...aWorkflowExecution(), metadata: { ...aWorkflowExecution().metadata, ...metadata } });

  const { status } = await fixture.phase('api', 'Skipped');
  expect(status?.skip).toMatchObject({ reason: 'Restored' });
});
