import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { eventsUntil } from './events.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ };
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('an execution that came past the API', () => {
  it.each([
    ['of a foreign repository', { WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*' }],
    ['without a digest', { WFE_REQUIRE_DIGEST: 'true' }],
    ['with a ServiceAccount that is not allowed', { WFE_ALLOWED_SERVICE_ACCOUNTS: '*:remediator' }],
  ])('%s fails, is told which rule it breaks, and creates nothing', async (_what, env) => {
    const [rule = ''] = Object.keys(env);
    await stage.startReconciler(policyOf(env));
    await stage.create('wfe', { workflowRef: { ...aSpec().workflowRef, containerImage: 'evil/oomkill:v1' } });

    const { status } = await stage.phase('wfe', 'Failed');

    expect(status?.failure).toMatchObject({
      reason: 'ValidationFailed',
      message: expect.stringContaining(rule),
      wasExecutionFailure: false,
    });
    await expect(stage.pipelineRuns('wfe')).resolves.toEqual([]);
    const [event] = await eventsUntil(stage.client, stage.namespace, 'wfe', 'ValidationFailed');
    expect(event?.note).toContain(rule);
  });

  it('runs when it keeps every rule', async () => {
    const { spec } = await stage.execute('wfe', skippingWorkflow);
    const ownRepository = spec.workflowRef.containerImage.replace(/\/[^/]+$/, '/*');
    const env = { WFE_ALLOWED_BUNDLES: ownRepository, WFE_ALLOWED_SERVICE_ACCOUNTS: '*:workflow-execution-sa' };
    await stage.startReconciler(policyOf(env));

    await stage.phase('wfe', 'Completed');
  });
});

describe('a policy that is closed while the service is down', () => {
  it('leaves alone what runs already, also when that was not written down', async () => {
    const lost = stage.proxy.inject(statusWrite, reset());
    const first = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const run = await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await until('a status was lost', () => lost.hits > 0);
    await first.stop();
    lost.remove();

    await stage.startReconciler(policyOf({ WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*' }));

    const { status } = await stage.phase('wfe', 'Running');
    expect(status?.pipelineRunRef?.uid).toBe(run.metadata.uid);
    await answerWorkflow(stage.client, stage.namespace, run.metadata.name);
    await stage.phase('wfe', 'Completed');
  });

  it('holds for what has not started', async () => {
    await stage.create('wfe', { workflowRef: { ...aSpec().workflowRef, containerDigest: digest } });
    await stage.startReconciler(policyOf({ WFE_ALLOWED_BUNDLES: 'ghcr.io/acme/**', WFE_REQUIRE_DIGEST: 'true' }));

    const { status } = await stage.phase('wfe', 'Failed');
    expect(status?.message).toContain('spec.workflowRef.containerImage must be of a repository');
    expect(status?.message).not.toContain('WFE_REQUIRE_DIGEST');
  });
});

function policyOf(env: Record<string, string>) {
  const { allowedBundles, requireDigest, allowedServiceAccounts } = loadConfig(env);
  return { allowedBundles, requireDigest, allowedServiceAccounts };
}
