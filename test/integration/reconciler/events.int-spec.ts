import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewEvent } from '../../../src/kubernetes/event.ts';
import { kubectl } from '../../support/product.ts';
import { answer, drop, reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { eventsAbout, eventsUntil } from './events.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, endCancelledTask, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
};
const creation = { method: 'POST', path: '/pipelineruns' };
const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ };
const eventWrite = { method: 'POST', path: '/events' };

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('the events of an execution tell that', () => {
  it('it was started and has completed, and kubectl describe shows them in that order', async () => {
    await stage.startReconciler();
    const { metadata } = await stage.execute('wfe', skippingWorkflow);

    const events = await eventsUntil(stage.client, stage.namespace, 'wfe', 'Completed');

    expect(inShort(events)).toEqual(['Normal PipelineRunCreated', 'Normal Completed']);
    expect(events[0]).toMatchObject({
      regarding: { kind: 'WorkflowExecution', uid: metadata.uid },
      reportingController: 'kubernaut.ai/workflow-execution',
      note: expect.stringMatching(/^Running: workflow .+ on .+, as PipelineRun wfe-/),
    });
    const described = await kubectl(cluster, 'describe', 'wfe', 'wfe', '-n', stage.namespace);
    const told = described.slice(described.indexOf('Events:'));
    expect(told).toMatch(/Normal +PipelineRunCreated .+ kubernaut\.ai\/workflow-execution +Running: workflow/);
    expect(told.indexOf('Completed:')).toBeGreaterThan(told.indexOf('Running:'));
  });

  it('its workflow has failed, as a warning with the reason', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    const run = await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await answerWorkflow(stage.client, stage.namespace, run.metadata.name, 'False');
    const { status } = await stage.phase('wfe', 'Failed');
    const reason = status?.failure?.reason ?? '';

    const events = await eventsUntil(stage.client, stage.namespace, 'wfe', reason);

    expect(inShort(events)).toEqual(['Normal PipelineRunCreated', `Warning ${reason}`]);
    expect(events[1]?.note).toBe(`Failed: ${status?.message}`);
  });

  it('it was asked to be cancelled, and was', async () => {
    await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await stage.phase('wfe', 'Running');
    await stage.cancel('wfe');
    await eventsUntil(stage.client, stage.namespace, 'wfe', 'CancellationRequested');

    await endCancelledTask(stage.client, stage.namespace);

    const events = await eventsUntil(stage.client, stage.namespace, 'wfe', 'Cancelled');
    expect(inShort(events)).toEqual(['Normal PipelineRunCreated', 'Normal CancellationRequested', 'Normal Cancelled']);
  });

  it('it was skipped, and for which other one', async () => {
    await stage.startReconciler();
    const targetResource = `${stage.namespace}/deployment/shared`;
    await stage.execute('first', waitingWorkflow, { targetResource });
    await stage.phase('first', 'Running');
    await stage.execute('second', skippingWorkflow, { targetResource });

    const events = await eventsUntil(stage.client, stage.namespace, 'second', 'ResourceBusy');

    expect(inShort(events)).toEqual(['Normal ResourceBusy']);
    expect(events[0]?.note).toContain(`Skipped: ${stage.namespace}/first holds`);
  });

  it('its PipelineRun was found, when the process that created it had died', async () => {
    const lost = stage.proxy.inject(statusWrite, reset());
    const first = await stage.startReconciler();
    await stage.execute('wfe', waitingWorkflow);
    await until('a status was lost', () => lost.hits > 0);
    await first.stop();
    await expect(eventsAbout(stage.client, stage.namespace, 'wfe')).resolves.toEqual([]);
    lost.remove();

    await stage.startReconciler();

    const events = await eventsUntil(stage.client, stage.namespace, 'wfe', 'PipelineRunAdopted');
    expect(inShort(events)).toEqual(['Normal PipelineRunAdopted']);
  });
});

describe('a creation that fails fifty times', () => {
  it('makes one event, and the count is written when the service stops', async () => {
    const refused = stage.proxy.inject(creation, answer(403));
    const reconciler = await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);
    await eventsUntil(stage.client, stage.namespace, 'wfe', 'Forbidden');
    while (refused.hits < 50) {
      const next = stage.proxy.next(creation);
      await reconciler.resync();
      await next;
    }
    await reconciler.stop();

    const [event, ...more] = await eventsAbout(stage.client, stage.namespace, 'wfe');
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'Forbidden',
      note: expect.stringContaining('The PipelineRun can not be created now'),
    });
    // The last try may have been ended by the stop.
    expect(event?.series?.count).toBeGreaterThanOrEqual(49);
    expect(event?.series?.count).toBeLessThanOrEqual(refused.hits);
  });
});

describe('events that can not be written', () => {
  it('keep no execution from its end, and no service from its own', async () => {
    const silent = stage.proxy.inject(eventWrite, drop());
    const reconciler = await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);

    await stage.phase('wfe', 'Completed');
    await until('an event was dropped', () => silent.hits > 0);
    await reconciler.stop();

    await expect(eventsAbout(stage.client, stage.namespace, 'wfe')).resolves.toEqual([]);
  });
});

it.each(['create', 'patch'])('the service may %s events wherever executions are', async (verb) => {
  const who = 'system:serviceaccount:kubernaut-system:workflow-execution';
  const asked = ['auth', 'can-i', verb, 'events.events.k8s.io', '-n', stage.namespace, '--as', who];

  await expect(kubectl(cluster, ...asked)).resolves.toContain('yes');
});

function inShort(events: readonly NewEvent[]): string[] {
  return events.map(({ type, reason }) => `${type} ${reason}`);
}
