import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail as setUp, named } from './audit-trail.builders.ts';
import type { Delivered } from './event-store.ts';

const minute = 60_000;
const isBusy: Delivered = { state: 'busy', detail: 'HTTP 429' };

describe('the audit trail', () => {
  it('tells the life of an execution, each event once and in order', async () => {
    const { start, stop, cluster, clock, store } = setUp();
    await start();
    const id = named('a');

    cluster.put(aWorkflowExecution(id));
    await clock.advance(0);
    cluster.put(aRunningExecution(id));
    cluster.put(aRunningExecution(id));
    await clock.advance(0);
    cluster.put(anEndedExecution(id));
    await clock.advance(0);

    expect(store.told).toEqual(['a selection.completed', 'a execution.started', 'a workflow.completed']);
    expect(store.asked).toEqual([]);
    await stop();
  });

  it('has something to say about an execution once it has ended, and all of its events are there', async () => {
    const { start, stop, cluster, clock, trail, news } = setUp();
    await start();
    const id = named('a');
    cluster.put(aRunningExecution(id));
    await clock.advance(0);
    expect(news).toEqual([]);

    cluster.put(anEndedExecution(id));
    expect(trail.standing(anEndedExecution(id))).toEqual({ settled: false });
    await clock.advance(0);

    expect(news).toEqual(['payment/a']);
    expect(trail.standing(anEndedExecution(id))).toMatchObject({
      settled: true,
      told: { status: 'True', reason: 'Recorded', message: 'All 3 audit events are in the audit trail' },
    });
    await stop();
  });

  it('goes on with the events of a correlation id after a late look at an execution that is gone', async () => {
    const { start, stop, cluster, clock, trail, store, lost } = setUp();
    await start();
    const [gone, next] = [named('a'), { ...named('b'), spec: named('a').spec }];
    cluster.put(anEndedExecution(gone));
    await clock.advance(0);
    cluster.remove(anEndedExecution(gone));

    expect(trail.standing(anEndedExecution(gone))).toEqual({ settled: false });
    trail.abandon(anEndedExecution(gone));
    cluster.put(anEndedExecution(next));
    await clock.advance(30 * minute);

    expect(store.told.slice(3)).toEqual(['b selection.completed', 'b execution.started', 'b workflow.completed']);
    expect([trail.backlog.events, lost]).toEqual([0, []]);
    await stop();
  });

  it('has no more news of an execution whose events were marked as recorded while a request was in flight', async () => {
    const { start, stop, cluster, clock, store, news } = setUp();
    await start();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    const id = named('a');
    cluster.put(anEndedExecution(id));
    await clock.advance(0);
    const conditions = [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })];
    cluster.put(anEndedExecution({ ...id, status: { conditions } }));
    resolve();
    await clock.advance(0);

    expect(store.told).toHaveLength(3);
    expect(news).toEqual([]);
    await stop();
  });

  it('makes no events of an execution from another one that has taken its name', async () => {
    const { start, stop, cluster, clock, store, trail } = setUp();
    const first = anEndedExecution(named('a'));
    cluster.put(first);
    trail.standing(first);
    cluster.put(aWorkflowExecution({ metadata: { ...first.metadata, uid: 'another' }, spec: named('b').spec }));
    await start();
    await clock.advance(10 * minute);

    expect(store.told).toEqual(['a selection.completed']);
    await stop();
  });

  it('asks for what another process may have sent before, and sends only what is not there', async () => {
    const first = setUp();
    await first.start();
    const id = named('a');
    first.cluster.put(aRunningExecution(id));
    await first.clock.advance(0);
    await first.stop();

    const { start, stop, cluster, clock, store } = setUp();
    store.events.push(...first.store.events);
    cluster.put(anEndedExecution(id));
    await start();
    await clock.advance(10 * minute);

    expect(store.told).toEqual(['a selection.completed', 'a execution.started', 'a workflow.completed']);
    await stop();
  });

  it('does not look back on executions that have said that their events are done with', async () => {
    const { start, stop, cluster, store } = setUp();
    const conditions = [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })];
    cluster.put(anEndedExecution({ ...named('a'), status: { conditions } }));
    await start();

    expect([store.events, store.asked]).toEqual([[], []]);
    await stop();
  });

  it('writes at once to a log, which can not be asked', async () => {
    const { start, stop, cluster, store } = setUp({ canTell: false });
    cluster.put(aWorkflowExecution(named('a')));
    await start();

    expect([store.told, store.asked]).toEqual([['a selection.completed'], []]);
    await stop();
  });

  it('keeps no more executions in memory than it may, and comes to the others later', async () => {
    const { start, stop, cluster, clock, store, trail } = setUp({ maxPending: 2 });
    await start();
    store.answer = isBusy;
    const ids = ['a', 'b', 'c', 'd'].map((name) => named(name));
    for (const id of ids) cluster.put(anEndedExecution(id));
    await clock.advance(minute);
    expect(ids.map((id) => trail.standing(anEndedExecution(id)).settled)).toEqual([false, false, false, false]);

    store.answer = { state: 'recorded' };
    for (let round = 0; round < 4; round++) {
      await clock.advance(10 * minute);
      const conditions = [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })];
      for (const id of ids) {
        const now = cluster.objects.get(`payment/${id.metadata.name}`);
        if (now && trail.standing(now).told) cluster.put(anEndedExecution({ ...id, status: { conditions } }));
      }
    }

    expect(store.told).toHaveLength(12);
    expect(new Set(store.told).size).toBe(12);
    await stop();
  });

  it('tells of none before an older one of its correlation id, also when there was no room for that', async () => {
    const { start, stop, cluster, clock, store, trail } = setUp({ maxPending: 2 });
    await start();
    const spec = { remediationRequestRef: { name: 'rr-shared' } };
    const [a, b] = [named('a'), named('b')];
    const older = { ...named('older', '2026-01-02T05:00:01Z'), spec };
    const younger = { ...named('younger', '2026-01-02T05:00:02Z'), spec };
    for (const id of [a, b, older]) cluster.put(anEndedExecution(id));
    await clock.advance(0);
    const conditions = [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })];
    // One goes, which makes room for one, but others wait already.
    cluster.put(anEndedExecution({ ...a, status: { conditions } }));
    cluster.put(anEndedExecution(younger));
    cluster.put(anEndedExecution({ ...b, status: { conditions } }));
    await clock.advance(10 * minute);

    const names = store.told.map((line) => line.split(' ')[0]);
    expect([...new Set(names)]).toEqual(['a', 'b', 'older', 'younger']);
    expect(trail.backlog.events).toBe(0);
    await stop();
  });

  it('says that events are queued, and what it is refused with', async () => {
    const { start, stop, cluster, clock, store, trail } = setUp();
    await start();
    const [a, b] = [named('a'), named('b')];
    store.answer = { state: 'queued' };
    cluster.put(anEndedExecution(a));
    await clock.advance(0);
    store.answer = { state: 'refused', detail: 'HTTP 403' };
    cluster.put(anEndedExecution(b));
    await clock.advance(0);

    expect(trail.standing(anEndedExecution(a)).told).toMatchObject({ status: 'Unknown', reason: 'Queued' });
    expect(trail.standing(anEndedExecution(b)).told).toMatchObject({ status: 'False', reason: 'Refused' });
    await stop();
  });
});

describe('the audit trail of an execution that is deleted', () => {
  it('is written to the log, whole, when it is not waited for any longer', async () => {
    const { start, stop, cluster, clock, store, trail, errors, lost } = setUp();
    await start();
    store.answer = isBusy;
    const execution = aRunningExecution({
      metadata: { ...named('a').metadata, deletionTimestamp: '2026-01-02T05:00:10Z' },
    });
    cluster.put(execution);
    await clock.advance(minute);
    expect(trail.standing(execution)).toEqual({ settled: false });

    trail.abandon(execution);
    trail.abandon(execution);

    expect(trail.standing(execution).settled).toBe(true);
    expect(errors.map((fields) => ('audit' in fields ? fields.audit : undefined))).toMatchObject([
      { event_action: 'completed' },
      { event_action: 'started' },
      { event_action: 'failed' },
    ]);
    expect(lost).toEqual(['abandoned', 'abandoned', 'abandoned']);
    cluster.remove(execution);
    await stop();
    expect(errors).toHaveLength(3);
  });

  it('is brought away when it has gone at once', async () => {
    const { start, stop, cluster, clock, store, errors } = setUp();
    await start();
    store.answer = isBusy;
    const execution = aWorkflowExecution(named('a'));
    cluster.put(execution);
    cluster.remove(execution);
    await clock.advance(minute);
    store.answer = { state: 'recorded' };
    await clock.advance(5 * minute);

    expect([store.told, errors]).toEqual([['a selection.completed'], []]);
    await stop();
  });

  it('is written to the log when it has gone at once and can not be brought away', async () => {
    const { start, stop, cluster, clock, store, errors } = setUp();
    await start();
    store.answer = isBusy;
    const [a, b] = [aWorkflowExecution(named('a')), aWorkflowExecution(named('b'))];
    for (const each of [a, b]) cluster.put(each);
    cluster.remove(a);
    await clock.advance(15 * minute);
    expect(errors).toMatchObject([{ audit: { resource_id: 'a' } }]);

    cluster.remove(b);
    await stop();
    expect(errors).toMatchObject([{ audit: { resource_id: 'a' } }, { audit: { resource_id: 'b' } }]);
  });
});
