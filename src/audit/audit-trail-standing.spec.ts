import { afterEach, describe, expect, it } from '@jest/globals';
import { endTraces, keepTraces } from '../tracing/spans.builders.ts';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail, named, settled } from './audit-trail.builders.ts';
import type { Delivered } from './event-store.ts';

const minute = 60_000;
const deletionTimestamp = '2026-01-02T05:00:10Z';
const isBusy: Delivered = { state: 'busy', detail: 'HTTP 429' };
const isRefused: Delivered = { state: 'refused', detail: 'HTTP 403' };

describe('the audit condition of an execution', () => {
  it('has nothing to add to one that is final', () => {
    const { trail } = anAuditTrail();
    const execution = aWorkflowExecution({ ...named('a'), status: settled });
    expect(trail.standing(execution)).toEqual({ settled: true });
    expect(trail.backlog.events).toBe(0);
  });

  it('says Queued while any event is queued, also when others wait behind it', async () => {
    const { start, stop, cluster, clock, store, trail } = anAuditTrail();
    await start();
    const id = named('a');
    store.answer = { state: 'queued' };
    cluster.put(aWorkflowExecution(id));
    await clock.advance(0);
    cluster.put(aRunningExecution(id));

    expect(trail.standing(aRunningExecution(id))).toMatchObject({ settled: false, told: { reason: 'Queued' } });
    await stop();
  });

  it('says Abandoned after the events were given up', () => {
    const { cluster, trail, errors, lost } = anAuditTrail();
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    trail.abandon(execution);

    expect(trail.standing(execution)).toMatchObject({ settled: true, told: { reason: 'Abandoned' } });
    expect(errors).toMatchObject([{ execution: 'payment/a', audit: { resource_id: 'a' } }]);
    expect(lost).toEqual(['abandoned']);
  });
});

describe('the reconciler', () => {
  it.each([
    ['an execution that runs', {}, []],
    ['an execution that is being deleted', { deletionTimestamp }, ['payment/a']],
  ])('hears of %s once its events are recorded: %j', async (_, metadata, expected) => {
    const { start, stop, cluster, clock, news } = anAuditTrail();
    await start();
    const id = named('a');
    cluster.put(aRunningExecution({ ...id, metadata: { ...id.metadata, ...metadata } }));
    await clock.advance(0);

    expect(news).toEqual(expected);
    await stop();
  });

  it('does not hear of an execution that went, done with, while its events were sent', async () => {
    const { start, stop, cluster, clock, store, news, errors } = anAuditTrail();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    await start();
    const id = named('a');
    cluster.put(anEndedExecution(id));
    await clock.advance(0);
    const last = anEndedExecution({ ...id, status: settled });
    cluster.put(last);
    cluster.remove(last);
    resolve();
    await clock.advance(0);
    await stop();

    expect([news, errors]).toEqual([[], []]);
  });

  it('does not hear of another execution of the same name', async () => {
    const { start, stop, cluster, clock, store, news, trail } = anAuditTrail();
    store.answer = isBusy;
    await start();
    cluster.put(anEndedExecution(named('a')));
    await clock.advance(0);
    store.answer = { state: 'recorded' };
    cluster.put(anEndedExecution({ ...named('a'), status: settled }));
    await clock.advance(minute);

    expect([store.told, news]).toEqual([['a selection.completed', 'a execution.started', 'a workflow.completed'], []]);
    expect(trail.backlog.events).toBe(0);
    await stop();
  });
});

describe('the events of an execution that is gone', () => {
  it('are not made of another execution of the same name', async () => {
    const { start, stop, cluster, clock, store, trail } = anAuditTrail();
    cluster.put(aWorkflowExecution({ ...named('a'), status: settled }));
    await start();
    trail.standing(aWorkflowExecution(named('a')));
    await clock.advance(minute);

    expect([store.told, store.asked]).toEqual([[], []]);
    await stop();
  });

  it('are forgotten once they are recorded, so that nothing is given up later', async () => {
    const { start, stop, cluster, clock, store, errors, trail } = anAuditTrail();
    await start();
    store.answer = isBusy;
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    cluster.remove(execution);
    store.answer = { state: 'recorded' };
    await clock.advance(2 * minute);

    expect([store.told, errors, trail.backlog.events]).toEqual([['a selection.completed'], [], 0]);
    expect(clock.pending).toBe(0);
    await stop();
  });

  it('are kept while the store refuses them', async () => {
    const { start, stop, cluster, clock, store, errors } = anAuditTrail();
    await start();
    store.answer = isRefused;
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    cluster.remove(execution);
    await clock.advance(minute);
    store.answer = { state: 'recorded' };
    await clock.advance(2 * minute);

    expect([store.told, errors]).toEqual([['a selection.completed'], []]);
    await stop();
  });

  it('take no room when all were recorded before', async () => {
    const { start, stop, cluster, clock, store } = anAuditTrail({ maxPending: 1 });
    await start();
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    await clock.advance(0);
    const timers = clock.pending;
    cluster.remove(execution);
    expect(clock.pending).toBe(timers);
    cluster.put(aWorkflowExecution(named('b')));
    await clock.advance(0);

    expect(store.told).toEqual(['a selection.completed', 'b selection.completed']);
    await stop();
  });

  it('take no room once they were given up', async () => {
    const { start, stop, cluster, clock, store, errors } = anAuditTrail({ maxPending: 1 });
    await start();
    store.answer = isBusy;
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    cluster.remove(execution);
    await clock.advance(15 * minute);
    expect(errors).toMatchObject([{ audit: { resource_id: 'a' } }]);
    store.answer = { state: 'recorded' };
    cluster.put(aWorkflowExecution(named('b')));
    await clock.advance(2 * minute);

    expect(store.told).toEqual(['b selection.completed']);
    await stop();
  });

  it('are written to the log at once when there was no room for it', async () => {
    const { start, stop, cluster, store, errors, lost } = anAuditTrail({ maxPending: 1 });
    await start();
    store.answer = isBusy;
    cluster.put(aWorkflowExecution(named('a')));
    const execution = aWorkflowExecution(named('b'));
    cluster.put(execution);
    cluster.remove(execution);

    expect(errors).toMatchObject([{ execution: 'payment/b', audit: { resource_id: 'b' } }]);
    expect(lost).toEqual(['abandoned']);
    await stop();
  });
});

describe('the span of a delivery', () => {
  afterEach(endTraces);

  it('links to the executions whose events are sent', async () => {
    const exporter = keepTraces();
    const { start, stop, cluster, clock } = anAuditTrail();
    await start();
    const traceIds = ['4bf92f3577b34da6a3ce929d0e0e4736', '4bf92f3577b34da6a3ce929d0e0e4737'];
    const [a, b] = traceIds.map((name) => {
      const annotations = { [ownAnnotations.traceparent]: `00-${name}-00f067aa0ba902b7-01` };
      return aRunningExecution({ metadata: { name, uid: name, annotations } });
    });
    cluster.put(a!);
    cluster.put(b!);
    await clock.advance(0);
    await stop();

    const [span] = exporter.getFinishedSpans();
    expect(span?.links.map((link) => link.context.traceId)).toEqual(traceIds);
    expect(span?.attributes).toMatchObject({ 'audit.events': 4, 'audit.state': 'recorded' });
  });
});
