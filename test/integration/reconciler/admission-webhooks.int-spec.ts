import { describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/config.ts';
import type { Failure, WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { taskRunResource } from '../../../src/tekton/task-run.ts';
import { podResource } from '../../support/pods.ts';
import { shellWorkflow } from '../../e2e/shell-workflow.ts';
import { addWebhook, type WebhookAnswer } from '../support/admission-webhook.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow } from './workflows.ts';

interface Case {
  readonly title: string;
  readonly resource: Parameters<typeof addWebhook>[2];
  readonly answer: WebhookAnswer;
  readonly settings?: Partial<Config>;
  readonly failure: Partial<Failure>;
  /** A part of the message. */
  readonly says?: string;
  /** A part of its earlier status message. */
  readonly waits?: string;
}

const denies = { message: 'not before the audit' };
const forbids = { code: 403, ...denies };
const cases: readonly Case[] = [
  {
    title: 'denies its PipelineRun as forbidden',
    ...{ resource: 'pipelineruns', answer: { denies: forbids } },
    failure: { reason: 'ConfigurationError' },
    says: denies.message,
  },
  {
    title: 'denies its PipelineRun without a status code',
    ...{ resource: 'pipelineruns', answer: { denies } },
    failure: { reason: 'ConfigurationError' },
    says: denies.message,
  },
  {
    title: 'fails when asked about its PipelineRun, until the start deadline',
    ...{ resource: 'pipelineruns', answer: 'internal server error', settings: { startDeadlineMs: 1_000 } },
    failure: { reason: 'Unknown' },
    says: 'failed calling webhook',
    waits: 'failed calling webhook',
  },
  {
    title: 'denies its TaskRuns as forbidden, which Tekton tries again, until the status deadline',
    ...{ resource: 'taskruns', answer: { denies: forbids }, settings: { statusDeadlineMs: 2_000 } },
    failure: { reason: 'UnknownStatus' },
  },
  {
    title: 'denies its TaskRuns without a status code',
    ...{ resource: 'taskruns', answer: { denies } },
    failure: { reason: 'ConfigurationError' },
    says: denies.message,
  },
  {
    title: 'denies its pods',
    ...{ resource: 'pods', answer: { denies: forbids } },
    failure: { reason: 'ConfigurationError' },
    says: denies.message,
  },
];

describe('an execution in whose namespace a webhook', () => {
  it.concurrent.each(cases)('$title, fails and frees its target', async (tried) => {
    await using fixture = await new ReconcilerFixture().open();
    const { client, namespace } = fixture;
    const removeWebhook = await addWebhook(client, namespace, tried.resource, tried.answer);
    await fixture.startReconciler(tried.settings);
    const executionConfig = { serviceAccountName: 'default' };
    const { spec } = await fixture.execute('refused', shellWorkflow('true'), { executionConfig });
    const saysWhy = ({ status }: WorkflowExecution) => status?.message?.includes(tried.waits ?? '') ?? false;

    const waiting = fixture.until('refused', 'it says what it waits for', saysWhy);
    const failed = waiting.then(() => fixture.phase('refused', 'Failed'));
    const { status } = await failed.finally(removeWebhook);

    expect(status?.failure).toMatchObject({ ...tried.failure, wasExecutionFailure: false });
    expect(status?.failure?.message).toContain(tried.says ?? '');
    await fixture.execute('next', skippingWorkflow, { targetResource: spec.targetResource });
    // Not until its end: a status deadline that is short for the first one counts for it, too.
    await fixture.until('next', 'it starts', (next) => next.status?.pipelineRunRef !== undefined);
    const taskRuns = await client.list(taskRunResource, { namespace });
    expect(taskRuns.items.filter(({ status: { succeeded } }) => succeeded?.status !== 'False')).toEqual([]);
    await expect(client.list(podResource, { namespace })).resolves.toHaveProperty('items', []);
  });
});
