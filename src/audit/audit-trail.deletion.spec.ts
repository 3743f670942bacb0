import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail, aPending, aRunningTrail, finalized, named } from './audit-trail.builders.ts';
import type { IngestResult } from './event-store.ts';

const minute = 60_000;
const busy: IngestResult = { state: 'busy', detail: 'HTTP 429' };
const recorded: IngestResult = { state: 'recorded' };
const deletionTimestamp = '2026-01-02T05:00:10Z';

const all = (name: string) => [
  `${name} selection.completed`,
  `${name} execution.started`,
  `${name} workflow.completed`,
];
const first = (name: string) => `${name} selection.completed`;

describe('the events of an execution that is deleted', () => {
  it('are logged in full and counted when they are abandoned', async () => {
    await using trail = await aRunningTrail();
    const { put, cluster, clock, store, errors, counted, trail: audit } = trail;
    store.always = busy;
    const id = named('a');
    const execution = aRunningExecution({ ...id, metadata: { ...id.metadata, deletionTimestamp } });
    await put(execution);
    await clock.advance(minute);
    expect(audit.status(execution)).toEqual({ isFinal: false });
    audit.abandon(execution);
    audit.abandon(execution);

    expect(audit.status(execution)).toMatchObject({ isFinal: true, condition: { reason: 'Abandoned' } });
    expect(errors).toMatchObject(
      ['completed', 'started', 'failed'].map((event_action) => ({
        ...{ execution: 'payment/a', uid: id.metadata.uid, state: 'abandoned' },
        audit: { event_action },
      })),
    );
    expect(counted.lost).toEqual(['abandoned', 'abandoned', 'abandoned']);
    cluster.remove(execution);
    expect([errors.length, audit.backlog.events]).toEqual([3, 0]);
  });

  it('are not given up when it is recorded, settled and leaves the cache in its state before that', async () => {
    await using trail = await aRunningTrail();
    const { put, cluster, counted, clock } = trail;
    const execution = anEndedExecution(named('a'));
    await put(execution);
    await put(finalized(execution));
    cluster.remove(execution);
    await clock.advance(60 * minute);
    expect(counted.lost).toEqual([]);
  });

  it('are sent after it is deleted, however long that takes', async () => {
    await using trail = await aRunningTrail({ maxPending: 1 });
    const { put, cluster, clock, store, errors, trail: audit } = trail;
    store.always = busy;
    const execution = aPending('a');
    await put(execution);
    cluster.remove(execution);
    await clock.advance(60 * minute);
    store.always = recorded;
    await clock.advance(2 * minute);

    expect([store.stored, errors, audit.backlog.events, clock.pending]).toEqual([[first('a')], [], 0, 0]);
    await put(aPending('b'));
    expect(store.stored).toEqual([first('a'), first('b')]);
  });

  it('are abandoned on shutdown, since no other replica has them', async () => {
    const { start, stop, put, cluster, clock, store, errors } = anAuditTrail();
    await start();
    store.always = busy;
    const execution = aPending('a');
    await put(execution);
    cluster.remove(execution);
    await stop();

    expect(errors).toMatchObject([{ audit: { resource_id: 'a' } }]);
    expect(clock.pending).toBe(0);
  });

  it('are abandoned immediately if they were not in memory', async () => {
    await using trail = await aRunningTrail({ maxPending: 1 });
    const { put, cluster, store, errors, counted } = trail;
    store.always = busy;
    const execution = aPending('b');
    await put(aPending('a'), execution);
    cluster.remove(execution);

    expect(errors).toMatchObject([{ execution: 'payment/b', audit: { resource_id: 'b' } }]);
    expect(counted.lost).toEqual(['abandoned']);
  });

  it('are forgotten immediately if all are recorded', async () => {
    await using trail = await aRunningTrail({ maxPending: 1 });
    const { put, cluster, clock, store } = trail;
    const execution = aPending('a');
    await put(execution);
    cluster.remove(execution);
    expect(clock.pending).toBe(0);
    await put(aPending('b'));

    expect(store.stored).toEqual([first('a'), first('b')]);
  });

  it('are not pending again when the reconciler asks for its status, and do not block others', async () => {
    await using trail = await aRunningTrail();
    const { put, cluster, clock, store, counted, trail: audit } = trail;
    const gone = anEndedExecution(named('gone', undefined, 'rr'));
    await put(gone);
    cluster.remove(gone);
    expect(audit.status(gone)).toEqual({ isFinal: false });
    audit.abandon(gone);
    await put(anEndedExecution(named('next', undefined, 'rr')));
    await clock.advance(30 * minute);

    expect(store.requests.slice(3)).toEqual(all('next'));
    expect([audit.backlog.events, counted.lost]).toEqual([0, []]);
  });

  it('are no longer reported to the reconciler', async () => {
    await using trail = await aRunningTrail();
    const { put, cluster, clock, store, updates, errors } = trail;
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    const execution = anEndedExecution(named('a'));
    await put(execution);
    const last = finalized(execution);
    await put(last);
    cluster.remove(last);
    resolve();
    await clock.advance(0);

    expect([updates, errors]).toEqual([[], []]);
  });

  it('are built from it, not from another execution that took its name', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, updates } = trail;
    store.always = busy;
    await put(anEndedExecution(named('a')));
    store.always = recorded;
    await put(finalized(aPending('a')));
    await clock.advance(minute);

    expect([store.stored, updates]).toEqual([all('a'), []]);
  });
});
