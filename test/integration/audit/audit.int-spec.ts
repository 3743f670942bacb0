import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownAnnotations } from '../../../src/workflow-execution/annotations.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { checkTrail, fair, putInFront, type ExpectedKind } from '../../data-storage/index.ts';
import { eventsUntil } from '../reconciler/events.ts';
import { answerWorkflow, endCancelledTask, skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../support/until.ts';
import { AuditedStage, auditOf, refusing } from './audited-stage.ts';

const correlationId = 'rr-pod-crash-f8a3b9c2';
const accepted: ExpectedKind = {
  event_type: 'workflowexecution.selection.completed',
  event_action: 'completed',
  event_outcome: 'success',
  phase: 'Pending',
};
const started: ExpectedKind = {
  event_type: 'workflowexecution.execution.started',
  event_action: 'started',
  event_outcome: 'success',
  phase: 'Pending',
};
const completed: ExpectedKind = {
  event_type: 'workflowexecution.workflow.completed',
  event_action: 'completed',
  event_outcome: 'success',
  phase: 'Completed',
};
const failed = (failure_reason: string): ExpectedKind => ({
  event_type: 'workflowexecution.workflow.failed',
  event_action: 'failed',
  event_outcome: 'failure',
  phase: 'Failed',
  failure_reason,
});
const skipped: ExpectedKind = { ...failed('Deduplicated'), event_action: 'skipped' };

let stage: AuditedStage;

afterEach(() => stage.close());

/** What is wrong with the trail, when each of these executions has to have left these events. */
function violations(expected: Readonly<Record<string, readonly ExpectedKind[]>>) {
  const executions = Object.entries(expected).map(([name, kinds]) => ({
    ...{ namespace: stage.namespace, name, correlationId, kinds },
  }));
  return checkTrail(stage.storage.rows, executions);
}

describe('the audit trail in data storage', () => {
  beforeEach(async () => {
    stage = await new AuditedStage().openWithStorage();
  });

  it('has the life of an execution that is completed, and the execution says so', async () => {
    await stage.startReconciler(stage.settings());
    await stage.execute('wfe', skippingWorkflow, { parameters: { REPLICAS: '3', DB_PASSWORD: 'hunter2' } });

    const { status } = await stage.recorded('wfe', 'Recorded');

    expect(status?.phase).toBe('Completed');
    expect(violations({ wfe: [accepted, started, completed] })).toEqual([]);
    const [first, , last] = stage.trailOf('wfe');
    expect(first).toMatchObject({ actor_type: 'service', actor_id: 'workflowexecution-controller' });
    expect(last?.event_data).toMatchObject({
      pipelinerun_name: status?.pipelineRunRef?.name,
      started_at: status?.startTime,
      completed_at: status?.completionTime,
      parameters: { REPLICAS: '3', DB_PASSWORD: '********' },
    });
  });

  it('has one that failed, one that was skipped, one that was cancelled and one that was deleted while it ran', async () => {
    await stage.startReconciler(stage.settings());
    const held = { targetResource: `${stage.namespace}/deployment/held` };
    await stage.execute('failing', waitingWorkflow, held);
    const run = await stage.pipelineRun('failing');
    await stage.execute('skipped', skippingWorkflow, held);
    await stage.phase('skipped', 'Skipped');
    await answerWorkflow(stage.client, stage.namespace, run.metadata.name, 'False');
    await stage.recorded('failing', 'Recorded');
    await stage.execute('cancelled', waitingWorkflow);
    await stage.pipelineRun('cancelled', ({ status }) => status.childReferences.length > 0);
    await stage.cancel('cancelled');
    await endCancelledTask(stage.client, stage.namespace);
    await stage.recorded('cancelled', 'Recorded');
    await stage.execute('deleted', waitingWorkflow);
    await stage.phase('deleted', 'Running');
    await stage.delete('deleted');
    await stage.gone('deleted');

    expect(
      violations({
        failing: [accepted, started, failed('Unknown')],
        skipped: [accepted, skipped],
        cancelled: [accepted, started, failed('Unknown')],
        deleted: [accepted, started, failed('Unknown')],
      }),
    ).toEqual([]);
    expect(stage.trailOf('cancelled').at(-1)?.error_message).toMatch(/^Cancelled: /);
    expect(stage.trailOf('deleted').at(-1)?.error_message).toMatch(/^Deleted: /);
  });

  it('says who created an execution, and who cancelled it', async () => {
    await stage.startReconciler(stage.settings());
    const annotations = { [ownAnnotations.createdBy]: 'alice', [ownAnnotations.cancelRequestedBy]: 'bob' };
    await stage.execute('wfe', waitingWorkflow);
    await stage.pipelineRun('wfe', ({ status }) => status.childReferences.length > 0);
    await stage.client.patch(workflowExecutionResource, stage.key('wfe'), {
      metadata: { annotations },
      spec: { cancelRequested: true },
    });
    await endCancelledTask(stage.client, stage.namespace);
    await stage.recorded('wfe', 'Recorded');

    const actors = stage.trailOf('wfe').map(({ actor_type, actor_id }) => [actor_type, actor_id]);
    expect(actors.slice(1)).toEqual([
      ['service', 'workflowexecution-controller'],
      ['user', 'bob'],
    ]);
  });

  it('costs one write more, and asks nothing as long as all goes well', async () => {
    await stage.startReconciler(stage.settings());
    // What there is at the start may have been sent by another process, and is asked for.
    await stage.execute('before', skippingWorkflow);
    await stage.recorded('before', 'Recorded');
    const asked: string[] = [];
    stage.storage.forecast(({ method }) => {
      asked.push(method);
      return { kind: 'fair' };
    });
    await stage.execute('wfe', skippingWorkflow);
    await stage.recorded('wfe', 'Recorded');

    const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/wfe\/status$/ };
    expect(stage.proxy.seen(statusWrite).length).toBeLessThanOrEqual(4);
    expect(new Set(asked)).toEqual(new Set(['POST']));
  });
});

describe('while data storage', () => {
  beforeEach(async () => {
    stage = await new AuditedStage().openWithStorage({ tokens: {} });
  });

  it('is away nothing waits for it, and everything is told later, also by another process', async () => {
    await stage.storage.refuse();
    const first = await stage.startReconciler(stage.settings());
    await stage.execute('wfe', skippingWorkflow);
    const { status } = await stage.phase('wfe', 'Completed');
    expect(status?.outcome).toBe('Success');
    await first.stop();
    await stage.startReconciler(stage.settings());
    await stage.storage.accept();

    await stage.recorded('wfe', 'Recorded');

    expect(violations({ wfe: [accepted, started, completed] })).toEqual([]);
  });

  it('only queues events, the execution says so until they are there', async () => {
    stage.storage.forecast(({ method }) => (method === 'POST' ? { kind: 'queued' } : { kind: 'fair' }));
    await stage.startReconciler(stage.settings());
    await stage.execute('wfe', skippingWorkflow);
    await until('one is queued', () => stage.storage.queued.length > 0);
    stage.storage.forecast(({ method }) => (method === 'POST' ? { kind: 'queued' } : { kind: 'fair' }));
    await stage.phase('wfe', 'Completed');
    const { status } = await stage.recorded('wfe', 'Queued');
    expect(status?.conditions?.find(({ type }) => type === 'AuditRecorded')?.status).toBe('Unknown');

    stage.storage.forecast(fair);
    stage.storage.land();

    await stage.recorded('wfe', 'Recorded');
    expect(violations({ wfe: [accepted, started, completed] })).toEqual([]);
  });

  it('loses what it has queued, the execution says so, and nothing is sent twice', async () => {
    stage.storage.forecast(({ method }) => (method === 'POST' ? { kind: 'queued' } : { kind: 'fair' }));
    await stage.startReconciler(stage.settings({ auditConfirmMs: 1_000 }));
    await stage.execute('wfe', skippingWorkflow);

    const execution = await stage.recorded('wfe', 'NotConfirmed');

    expect(auditOf(execution)).toMatchObject({ status: 'False' });
    expect(stage.storage.queued).toHaveLength(3);
    await eventsUntil(stage.client, stage.namespace, 'wfe', 'AuditNotConfirmed');
  });

  it('refuses one event, it is set aside and told, and the others go their way', async () => {
    const proxy = await putInFront(stage.storage.url, refusing('"execution_name":"bad"'));
    await stage.startReconciler(stage.settings({ dataStorageUrl: proxy.url }));
    await Promise.all(['good', 'bad', 'fine'].map((name) => stage.execute(name, skippingWorkflow)));

    const bad = await stage.recorded('bad', 'EventRefused');
    await stage.recorded('good', 'Recorded');
    await stage.recorded('fine', 'Recorded');

    expect(auditOf(bad)).toMatchObject({ status: 'False' });
    expect(auditOf(bad)?.message).toContain('HTTP 400, not this one');
    const whole = [accepted, started, completed];
    expect(violations({ good: whole, fine: whole })).toEqual([]);
    await eventsUntil(stage.client, stage.namespace, 'bad', 'AuditEventRefused');
    await proxy.close();
  });

  it('does not answer, takes but does not say so, or breaks off, each event is there once in the end', async () => {
    const kinds = [
      'hangAfterTaking',
      'hangBeforeTaking',
      'resetAfterTaking',
      'resetBeforeTaking',
      'halfAnswer',
    ] as const;
    const coming = kinds.values();
    stage.storage.forecast(({ method }) => {
      const kind = method === 'POST' ? coming.next().value : undefined;
      return { kind: kind ?? 'fair' };
    });
    await stage.startReconciler(stage.settings({ dataStorageTimeoutMs: 500 }));
    const names = kinds.map((_, i) => `wfe-${i}`);
    for (const name of names) {
      await stage.execute(name, skippingWorkflow);
      await stage.recorded(name, 'Recorded');
    }

    const whole = [accepted, started, completed];
    expect(violations(Object.fromEntries(names.map((name) => [name, whole])))).toEqual([]);
    expect(coming.next().done).toBe(true);
  });

  it('is away, a deletion waits for the events of its execution', async () => {
    await stage.startReconciler(stage.settings());
    await stage.storage.refuse();
    await stage.execute('wfe', skippingWorkflow);
    await stage.phase('wfe', 'Completed');
    await stage.delete('wfe');
    await until('the lock is given back', async () => (await stage.pipelineRuns('wfe')).length === 0);
    await expect(stage.execution('wfe')).resolves.toHaveProperty('metadata.deletionTimestamp');

    await stage.storage.accept();

    await stage.gone('wfe');
    expect(violations({ wfe: [accepted, started, completed] })).toEqual([]);
  });

  it('is away for long, a deletion goes on without it', async () => {
    await stage.startReconciler(stage.settings({ auditDeleteWaitMs: 500 }));
    await stage.storage.refuse();
    await stage.execute('wfe', skippingWorkflow);
    await stage.phase('wfe', 'Completed');

    await stage.delete('wfe');

    await stage.gone('wfe');
    expect(stage.storage.rows).toEqual([]);
  });
});

describe('where data storage wants to know who asks', () => {
  it('an execution says what is refused, and all is told once it is allowed', async () => {
    stage = await new AuditedStage().openWithStorage({ tokens: { nobody: 'forbidden' } });
    await stage.startReconciler(stage.settings());
    await stage.execute('wfe', skippingWorkflow);

    const { status } = await stage.recorded('wfe', 'Refused');

    expect(status?.phase).toBe('Completed');
    expect(auditOf(await stage.execution('wfe'))?.message).toContain('HTTP 401');
  });

  it('is told who asks by a token that is read again when it has changed', async () => {
    stage = await new AuditedStage().openWithStorage({ tokens: { good: 'allowed', bad: 'forbidden' } });
    const tokenFile = join(stage.directory, 'token');
    await writeFile(tokenFile, 'stale');
    await stage.startReconciler(stage.settings({ dataStorageTokenFile: tokenFile }));
    await writeFile(tokenFile, 'good');
    await stage.execute('wfe', skippingWorkflow);

    await stage.recorded('wfe', 'Recorded');

    expect(violations({ wfe: [accepted, started, completed] })).toEqual([]);
  });
});
