import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FailureReason, WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { pushBundle } from '../../cluster/images.ts';
import { shellWorkflow } from '../../e2e/shell-workflow.ts';
import { denyPipelineRuns, exhaustPipelineRuns, limit, restrictPods } from './obstacles.ts';
import { Stage } from './stage.ts';
import { skippingWorkflow } from './workflows.ts';

// Each of these is brought about by the real API server and the real Tekton; none needs a pod to run.

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

const workflow = shellWorkflow('true');
const executionConfig = { serviceAccountName: 'default' };

async function failure(name: string, reason: FailureReason): Promise<NonNullable<WorkflowExecution['status']>> {
  const { status = {} } = await stage.phase(name, 'Failed');
  expect(status.failure).toMatchObject({ reason, wasExecutionFailure: false });
  return status;
}

describe('an execution has failed, and no step has run, when', () => {
  it('its ServiceAccount does not exist', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', workflow, { executionConfig: { serviceAccountName: 'nobody' } });

    const { failure: told } = await failure('wfe', 'ConfigurationError');
    expect(told).toMatchObject({ failedTask: { name: 'run' }, message: expect.stringContaining('"nobody" not found') });
  });

  it('the quota of the namespace left no room for its pod until its time was over', async () => {
    await limit(stage.client, stage.namespace, { pods: '0' });
    await stage.startReconciler();
    await stage.execute('wfe', workflow, { executionConfig: { ...executionConfig, timeout: '2s' } });

    await failure('wfe', 'ResourceExhausted');
  });

  it('Pod Security does not let its pod in', async () => {
    await restrictPods(stage.client, stage.namespace);
    await stage.startReconciler();
    await stage.execute('wfe', workflow, { executionConfig });

    await failure('wfe', 'Forbidden');
  });

  it('the bundle has no Pipeline named workflow', async () => {
    await stage.startReconciler();
    const content = { pipelineName: 'something-else', yaml: skippingWorkflow };
    const { ref } = await pushBundle(
      process.env['WFE_TEST_REGISTRY'] ?? '',
      `workflows/${stage.namespace}:v1`,
      content,
    );
    await stage.create('wfe', { workflowRef: { workflowId: 'w', version: '1', containerImage: ref } });

    await failure('wfe', 'BundleResolutionFailed');
  });

  it('an admission policy denies its PipelineRun', async () => {
    const policy = await denyPipelineRuns(stage.client, stage.namespace);
    try {
      await stage.startReconciler();
      await stage.execute('wfe', skippingWorkflow);

      const { message, pipelineRunRef } = await failure('wfe', 'ConfigurationError');
      expect(message).toContain('not on a Monday');
      expect(pipelineRunRef).toBeUndefined();
    } finally {
      await policy.remove();
    }
  });
});

describe('an execution waits', () => {
  it('while the quota of the namespace leaves no room for its PipelineRun, and runs when it does', async () => {
    const quota = await exhaustPipelineRuns(stage.client, stage.namespace);
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);
    const { status } = await stage.until('wfe', 'it says why', (execution) => execution.status !== undefined);
    expect(status).toMatchObject({ phase: 'Pending', message: expect.stringContaining('exceeded quota') });

    await quota.remove();

    await stage.phase('wfe', 'Completed');
  });
});
