import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownAnnotations } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { checkTrail, noFaults, startProxy, type ExpectedKind } from '../../data-storage/index.ts';
import { eventsUntil } from '../reconciler/events.ts';
import { skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../../support/until.ts';
import { AuditFixture, auditOf, refusing } from './fixture.ts';

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
const completing = [accepted, started, completed];

/** How the audit trail differs from these events, by execution. */
function violations(fixture: AuditFixture, expected: Readonly<Record<string, readonly ExpectedKind[]>>) {
  const { namespace, storage } = fixture;
  const correlationId = 'rr-pod-crash-f8a3b9c2';
  const executions = Object.entries(expected).map(([name, kinds]) => ({ namespace, name, correlationId, kinds }));
  return checkTrail(storage.rows, executions);
}

describe('the audit trail in data storage', () => {
  let fixture: AuditFixture;

  beforeAll(async () => {
    fixture = await new AuditFixture().openWithStorage();
    await fixture.startReconciler(fixture.settings());
    await Promise.all([complete(), failAndSkip(), cancel(), deleteRunning()]);
  });
  afterAll(() => fixture.close());

  async function complete(): Promise<void> {
    const parameters = { REPLICAS: '3', DB_PASSWORD: 'hunter2' };
    await fixture.execute('completing', skippingWorkflow, { parameters });
    await fixture.recorded('completing', 'Recorded');
  }

  async function failAndSkip(): Promise<void> {
    const held = { targetResource: `${fixture.namespace}/deployment/held` };
    await fixture.execute('failing', waitingWorkflow, held);
    await fixture.startedRun('failing');
    await fixture.execute('skipped', skippingWorkflow, held);
    await fixture.recorded('skipped', 'Recorded');
    await fixture.completeTask('failing', 'False');
    await fixture.recorded('failing', 'Recorded');
  }

  async function cancel(): Promise<void> {
    await fixture.execute('cancelled', waitingWorkflow);
    await fixture.startedRun('cancelled');
    const annotations = { [ownAnnotations.createdBy]: 'alice', [ownAnnotations.cancelRequestedBy]: 'bob' };
    await fixture.client.patch(workflowExecutionResource, fixture.key('cancelled'), {
      metadata: { annotations },
      spec: { cancelRequested: true },
    });
    await fixture.endCancelledTask('cancelled');
    await fixture.recorded('cancelled', 'Recorded');
  }

  async function deleteRunning(): Promise<void> {
    await fixture.execute('deleted', waitingWorkflow);
    await fixture.phase('deleted', 'Running');
    await fixture.delete('deleted');
    await fixture.gone('deleted');
  }

  it('has each event of each execution once and in order', () => {
    expect(
      violations(fixture, {
        completing,
        failing: [accepted, started, failed('Unknown')],
        skipped: [accepted, skipped],
        cancelled: [accepted, started, failed('Unknown')],
        deleted: [accepted, started, failed('Unknown')],
      }),
    ).toEqual([]);
  });

  it('records what ran and when, with secret parameters masked', async () => {
    const { status } = await fixture.execution('completing');
    const [first, , last] = fixture.eventsOf('completing');
    expect(first).toMatchObject({ actor_type: 'service', actor_id: 'workflowexecution-controller' });
    expect(last?.event_data).toMatchObject({
      pipelinerun_name: status?.pipelineRunRef?.name,
      started_at: status?.startTime,
      completed_at: status?.completionTime,
      parameters: { REPLICAS: '3', DB_PASSWORD: '********' },
    });
  });

  it('records who cancelled an execution, and that it was cancelled or deleted', () => {
    const actors = fixture.eventsOf('cancelled').map(({ actor_type, actor_id }) => [actor_type, actor_id]);
    expect(actors.slice(1)).toEqual([
      ['service', 'workflowexecution-controller'],
      ['user', 'bob'],
    ]);
    expect(fixture.eventsOf('cancelled').at(-1)?.error_message).toMatch(/^Cancelled: /);
    expect(fixture.eventsOf('deleted').at(-1)?.error_message).toMatch(/^Deleted: /);
  });
});

// Each of these has its own data storage and reconciler.
describe('when data storage', () => {
  it.concurrent(
    'is available, nothing is queried for executions that the process has seen from their start',
    async () => {
      await using fixture = await new AuditFixture().openWithStorage();
      await fixture.startReconciler(fixture.settings());
      // Events of what exists at the start may have been sent by another process, so they are queried.
      await fixture.execute('before', skippingWorkflow);
      await fixture.recorded('before', 'Recorded');
      const methods: string[] = [];
      fixture.storage.setFaults(({ method }) => {
        methods.push(method);
        return { kind: 'none' };
      });
      await fixture.execute('wfe', skippingWorkflow);
      await fixture.recorded('wfe', 'Recorded');

      expect(new Set(methods)).toEqual(new Set(['POST']));
    },
  );

  it.concurrent('is down, nothing waits for it, and the next process delivers the events', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    await fixture.storage.refuse();
    const first = await fixture.startReconciler(fixture.settings());
    await fixture.execute('wfe', skippingWorkflow);
    const { status } = await fixture.phase('wfe', 'Completed');
    expect(status?.outcome).toBe('Success');
    await first.stop();
    await fixture.startReconciler(fixture.settings());
    await fixture.storage.accept();

    await fixture.recorded('wfe', 'Recorded');

    expect(violations(fixture, { wfe: completing })).toEqual([]);
  });

  it.concurrent('only queues events, the condition reports it until they are stored', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    fixture.storage.setFaults(({ method }) => (method === 'POST' ? { kind: 'queued' } : { kind: 'none' }));
    await fixture.startReconciler(fixture.settings());
    await fixture.execute('wfe', skippingWorkflow);
    expect(auditOf(await fixture.recorded('wfe', 'Queued'))?.status).toBe('Unknown');

    fixture.storage.setFaults(noFaults);
    fixture.storage.storeQueued();

    await fixture.recorded('wfe', 'Recorded');
    expect(violations(fixture, { wfe: completing })).toEqual([]);
  });

  it.concurrent('loses queued events, the condition reports it and nothing is sent twice', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    fixture.storage.setFaults(({ method }) => (method === 'POST' ? { kind: 'queued' } : { kind: 'none' }));
    await fixture.startReconciler(fixture.settings({ auditConfirmMs: 1_000 }));
    await fixture.execute('wfe', skippingWorkflow);

    const execution = await fixture.recorded('wfe', 'NotConfirmed');

    expect(auditOf(execution)).toMatchObject({ status: 'False' });
    expect(fixture.storage.queued).toHaveLength(3);
    await eventsUntil(fixture.client, fixture.namespace, 'wfe', 'AuditNotConfirmed');
  });

  it.concurrent('rejects one event, it is reported and the others are delivered', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    const proxy = await startProxy(fixture.storage.url, refusing('"execution_name":"bad"'));
    await fixture.startReconciler(fixture.settings({ dataStorageUrl: proxy.url }));
    await Promise.all(['good', 'bad', 'fine'].map((name) => fixture.execute(name, skippingWorkflow)));

    const bad = await fixture.recorded('bad', 'EventRefused');
    await fixture.recorded('good', 'Recorded');
    await fixture.recorded('fine', 'Recorded');

    expect(auditOf(bad)).toMatchObject({ status: 'False' });
    expect(auditOf(bad)?.message).toContain('HTTP 400, not this one');
    expect(violations(fixture, { good: completing, fine: completing })).toEqual([]);
    await eventsUntil(fixture.client, fixture.namespace, 'bad', 'AuditEventRefused');
    await proxy.close();
  });

  it.concurrent('hangs, resets or cuts off its answers, each event is stored once', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    const kinds = [
      'hangAfterStoring',
      'hangBeforeStoring',
      'resetAfterStoring',
      'resetBeforeStoring',
      'truncated',
    ] as const;
    const coming = kinds.values();
    fixture.storage.setFaults(({ method }) => ({ kind: (method === 'POST' && coming.next().value) || 'none' }));
    await fixture.startReconciler(fixture.settings({ dataStorageTimeoutMs: 500 }));
    for (const kind of kinds) {
      await fixture.execute(kind.toLowerCase(), skippingWorkflow);
      await fixture.recorded(kind.toLowerCase(), 'Recorded');
    }

    const names = kinds.map((kind) => kind.toLowerCase());
    expect(violations(fixture, Object.fromEntries(names.map((name) => [name, completing])))).toEqual([]);
    expect(coming.next().done).toBe(true);
  });

  it.concurrent('is down, a deletion waits for the events of its execution', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    await fixture.startReconciler(fixture.settings());
    await fixture.storage.refuse();
    await fixture.execute('wfe', skippingWorkflow);
    await fixture.phase('wfe', 'Completed');
    await fixture.delete('wfe');
    await until('its PipelineRun is gone', async () => (await fixture.pipelineRuns('wfe')).length === 0);
    await expect(fixture.execution('wfe')).resolves.toHaveProperty('metadata.deletionTimestamp');

    await fixture.storage.accept();

    await fixture.gone('wfe');
    expect(violations(fixture, { wfe: completing })).toEqual([]);
  });

  it.concurrent('is down for too long, a deletion completes without it', async () => {
    await using fixture = await new AuditFixture().openWithStorage();
    await fixture.startReconciler(fixture.settings({ auditDeleteWaitMs: 500 }));
    await fixture.storage.refuse();
    await fixture.execute('wfe', skippingWorkflow);
    await fixture.phase('wfe', 'Completed');

    await fixture.delete('wfe');

    await fixture.gone('wfe');
    expect(fixture.storage.rows).toEqual([]);
  });

  it.concurrent('rejects the caller, the condition reports it', async () => {
    await using fixture = await new AuditFixture().openWithStorage({ tokens: { nobody: 'forbidden' } });
    await fixture.startReconciler(fixture.settings());
    await fixture.execute('wfe', skippingWorkflow);

    const refused = await fixture.recorded('wfe', 'Refused');

    expect(refused.status?.phase).toBe('Completed');
    expect(auditOf(refused)?.message).toContain('HTTP 401');
    expect(auditOf(refused)?.message).toContain('Missing Authorization header');
  });

  it.concurrent('rejects the token, the token file is read again', async () => {
    await using fixture = await new AuditFixture().openWithStorage({ tokens: { good: 'allowed', bad: 'forbidden' } });
    const dataStorageTokenFile = join(fixture.directory, 'token');
    await writeFile(dataStorageTokenFile, 'stale');
    await fixture.startReconciler(fixture.settings({ dataStorageTokenFile }));
    await writeFile(dataStorageTokenFile, 'good');
    await fixture.execute('wfe', skippingWorkflow);

    await fixture.recorded('wfe', 'Recorded');

    expect(violations(fixture, { wfe: completing })).toEqual([]);
  });
});
