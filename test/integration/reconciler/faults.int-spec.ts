import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { pipelineRunName } from '../../../src/tekton/names.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { finalizer } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import type { SeenRequest } from '../support/fault-proxy.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { answer, delay, drop, hold, loseAnswer, reset, type Fault } from '../support/faults.ts';
import { inTime, until } from '../../support/until.ts';
import { denyPipelineRuns, exhaustPipelineRuns } from './admission.ts';
import { eventsAbout, eventsUntil } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

const creation = { method: 'POST', path: '/pipelineruns' };
const runWatch = { path: '/pipelineruns', watch: true };

/** The faults of a request. */
const faults: readonly (readonly [name: string, fault: () => Fault])[] = [
  ['lost before it arrives', reset],
  ['lost after it took effect', loseAnswer],
  ['delayed', () => delay(300)],
  ['answered with 409', () => answer(409)],
  ['answered with 429', () => answer(429, { headers: { 'retry-after': '1' } })],
  ['answered with 500', () => answer(500)],
];

/** The writes for an execution: the finalizer, the lock, the PipelineRun, the status. */
const writes = [
  { method: 'PATCH', path: /\/workflowexecutions\/wfe$/ },
  { method: 'POST', path: '/leases' },
  creation,
  { method: 'PATCH', path: /\/workflowexecutions\/wfe\/status$/ },
];

describe('an execution completes, and has one PipelineRun, when', () => {
  it.concurrent.each(faults)('each of its writes is %s, twice in a row', async (_name, fault) => {
    await using fixture = await new ReconcilerFixture().open();
    const injections = writes.map((write) => fixture.proxy.inject(write, fault(), 2));
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);

    const { status } = await fixture.phase('wfe', 'Completed');

    expect(status?.outcome).toBe('Success');
    const runs = await fixture.pipelineRuns('wfe');
    expect(runs.map(({ metadata }) => metadata.uid)).toEqual([status?.pipelineRunRef?.uid]);
    expect(injections.map(({ hits }) => hits > 0)).toEqual([true, true, true, true]);
  });

  it.concurrent('it changes while its status is being written', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const statusWrite = { method: 'PATCH', path: /\/workflowexecutions\/wfe\/status$/ };
    const changed = Promise.withResolvers<void>();
    fixture.proxy.inject(statusWrite, hold(changed.promise), 1);
    const written = fixture.proxy.next(statusWrite);
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);
    await inTime('the status is written', written);

    const labels = { touched: 'yes' };
    await fixture.client.patch(workflowExecutionResource, fixture.key('wfe'), { metadata: { labels } });
    changed.resolve();

    const { metadata } = await fixture.phase('wfe', 'Completed');
    expect(metadata.labels).toEqual(labels);
    await expect(fixture.pipelineRuns('wfe')).resolves.toHaveLength(1);
  });

  it.concurrent('the watch has missed the end of its PipelineRun, which the resync repairs', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const reconciler = await fixture.startReconciler();
    await fixture.execute('wfe', waitingWorkflow);
    await fixture.phase('wfe', 'Running');
    await fixture.startedRun('wfe');
    expect(fixture.proxy.freeze(runWatch)).toBe(1);

    await fixture.completeTask('wfe');
    await fixture.pipelineRun('wfe', ({ status }) => status.completionTime !== undefined);
    expect((await fixture.execution('wfe')).status?.phase).toBe('Running');

    await reconciler.resync();

    await fixture.phase('wfe', 'Completed');
  });

  it.concurrent('its Events cannot be written', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const dropped = fixture.proxy.inject({ method: 'POST', path: '/events' }, drop());
    const reconciler = await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);

    await fixture.phase('wfe', 'Completed');
    await until('an event was dropped', () => dropped.hits > 0);
    await reconciler.stop();

    await expect(eventsAbout(fixture.client, fixture.namespace, 'wfe')).resolves.toEqual([]);
  });
});

describe('an execution', () => {
  it.concurrent('that is gone is not started again from a stale list', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const created = await fixture.execute('gone', skippingWorkflow);
    const guarded = { metadata: { finalizers: [finalizer] } };
    await fixture.client.patch(workflowExecutionResource, created.metadata, guarded);
    const query = { namespace: fixture.namespace, limit: 500 };
    const { items, resourceVersion } = await fixture.client.listRaw(workflowExecutionResource, query);
    const first = await fixture.startReconciler();
    await fixture.phase('gone', 'Completed');
    await fixture.delete('gone');
    await fixture.gone('gone');
    await first.stop();
    const body = JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion }, items });
    const stale = fixture.proxy.inject({ method: 'GET', path: /\/workflowexecutions$/ }, answer(200, { body }), 1);
    const before = fixture.proxy.seen(creation).length;

    await fixture.startReconciler();
    await fixture.execute('next', skippingWorkflow);

    await fixture.phase('next', 'Completed');
    expect(stale.hits).toBe(1);
    expect(fixture.proxy.seen(creation)).toHaveLength(before + 1);
  });

  it.concurrent(
    'stays Pending while its PipelineRun is refused, with one Event, and continues afterwards',
    async () => {
      await using fixture = await new ReconcilerFixture().open();
      const refused = fixture.proxy.inject(creation, answer(403));
      const reconciler = await fixture.startReconciler();
      await fixture.execute('wfe', skippingWorkflow);

      const { status } = await fixture.until('wfe', 'it says why', ({ status }) => status?.phase !== undefined);
      expect(status).toMatchObject({ phase: 'Pending' });
      expect(status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden' }),
      );
      // The Event exists before the last rejection, so its count must be patched.
      await eventsUntil(fixture.client, fixture.namespace, 'wfe', 'Forbidden');
      do {
        const next = fixture.proxy.next(creation);
        await reconciler.resync();
        await inTime('it is tried again', next);
      } while (refused.hits < 5);

      refused.remove();
      await fixture.phase('wfe', 'Completed');
      await reconciler.stop();
      const events = await eventsAbout(fixture.client, fixture.namespace, 'wfe');
      const refusals = events.filter(({ reason }) => reason === 'Forbidden');
      expect(refusals).toMatchObject([{ type: 'Warning', series: { count: refused.hits } }]);
    },
  );

  it.concurrent('waits while a quota leaves no room for its PipelineRun', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const quota = await exhaustPipelineRuns(fixture.client, fixture.namespace);
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);
    const { status } = await fixture.until('wfe', 'it says why', ({ status }) => status?.phase !== undefined);
    expect(status).toMatchObject({ phase: 'Pending', message: expect.stringContaining('quota: test-quota') });

    await quota.remove();

    await fixture.phase('wfe', 'Completed');
  });

  it.concurrent('fails after the start deadline with the cause, and frees its target', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const quota = await exhaustPipelineRuns(fixture.client, fixture.namespace);
    await fixture.startReconciler({ startDeadlineMs: 1_000 });
    await fixture.execute('wfe', skippingWorkflow);

    const { status } = await fixture.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'Forbidden', wasExecutionFailure: false });
    expect(status?.failure?.message).toContain('quota: test-quota');

    await quota.remove();
    const { targetResource } = (await fixture.execution('wfe')).spec;
    await fixture.execute('next', skippingWorkflow, { targetResource });
    await fixture.phase('next', 'Completed');
  });

  it.concurrent('fails with the message of an admission policy that denies its PipelineRun', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const policy = await denyPipelineRuns(fixture.client, fixture.namespace);
    await fixture.startReconciler();
    await fixture.execute('wfe', skippingWorkflow);

    const { status } = await fixture.phase('wfe', 'Failed').finally(() => policy.remove());
    expect(status?.failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: false });
    expect(status?.failure?.message).toContain('not on a Monday');
    expect(status?.pipelineRunRef).toBeUndefined();
  });

  it.concurrent('fails if the name of its PipelineRun is taken, and does not change the other one', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const execution = await fixture.execute('wfe', skippingWorkflow);
    const name = pipelineRunName(execution);
    const foreign = await fixture.client.create(pipelineRunResource, {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: fixture.key(name),
      spec: { status: 'PipelineRunPending', pipelineRef: { name: 'of-somebody-else' } },
    });

    await fixture.startReconciler();

    const { status } = await fixture.phase('wfe', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'PipelineRunConflict', wasExecutionFailure: false });
    expect(status?.pipelineRunRef).toBeUndefined();
    const after = await fixture.client.get(pipelineRunResource, fixture.key(name));
    expect(after.metadata.uid).toBe(foreign.metadata.uid);
  });

  it.concurrent('fails with the policy rule that it violates, and runs if it violates none', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const allowed = await fixture.execute('allowed', skippingWorkflow);
    const repositories = allowed.spec.workflowRef.containerImage.replace(/\/[^/]+$/, '/*');
    const { allowedBundles } = loadConfig({ WFE_ALLOWED_BUNDLES: repositories });
    await fixture.create('refused', { workflowRef: { ...aSpec().workflowRef, containerImage: 'evil/oomkill:v1' } });

    await fixture.startReconciler({ allowedBundles });

    await fixture.phase('allowed', 'Completed');
    const { status } = await fixture.phase('refused', 'Failed');
    expect(status?.failure).toMatchObject({
      reason: 'ValidationFailed',
      message: expect.stringContaining('WFE_ALLOWED_BUNDLES'),
      wasExecutionFailure: false,
    });
    await expect(fixture.pipelineRuns('refused')).resolves.toEqual([]);
    const [event] = await eventsUntil(fixture.client, fixture.namespace, 'refused', 'ValidationFailed');
    expect(event?.note).toContain('WFE_ALLOWED_BUNDLES');
  });

  // Independent of the number of reconciles: changes by Tekton in between cost no write.
  it.concurrent('costs one write for each step, and one list of pods at its end', async () => {
    await using fixture = await new ReconcilerFixture().open();
    await fixture.startReconciler();
    // The requests of the start come before it has ended.
    await fixture.execute('first', skippingWorkflow);
    await fixture.until('first', 'its audit events are recorded', isRecorded);
    const before = fixture.proxy.requests.length;
    await fixture.execute('wfe', waitingWorkflow);
    await fixture.startedRun('wfe');
    await fixture.completeTask('wfe');
    await fixture.until('wfe', 'its audit events are recorded', isRecorded);

    const requests = fixture.proxy.requests
      .slice(before)
      .filter(isWork)
      .map(({ method, url }) => `${method} ${resourceOf(url)}`);
    const status = 'PATCH workflowexecutions/wfe/status';
    expect(requests.slice(0, 2).toSorted()).toEqual(['PATCH workflowexecutions/wfe', 'POST leases']);
    expect(requests.slice(2)).toEqual([
      'POST pipelineruns',
      status, // Running
      ...['GET pods', status], // Completed
      status, // AuditRecorded
    ]);
  });
});

function isRecorded({ status }: WorkflowExecution): boolean {
  return status?.conditions?.some(({ type }) => type === 'AuditRecorded') ?? false;
}

/** Requests for an execution: not API discovery, lists and watches for all of them, nor Events. Pods have no store. */
function isWork({ url }: SeenRequest): boolean {
  const { pathname, searchParams } = url;
  if (pathname === '/api' || pathname === '/apis') return false;
  const isForStore = searchParams.has('watch') || (searchParams.has('limit') && !pathname.endsWith('/pods'));
  return !isForStore && !pathname.startsWith('/apis/events.k8s.io/');
}

/** The part of a path that follows the namespace. */
function resourceOf({ pathname }: URL): string {
  return pathname.replace(/^.*\/namespaces\/[^/]+\//, '');
}
