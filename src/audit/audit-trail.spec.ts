import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution, aRunningExecution } from './audit.builders.ts';
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
const at = (seconds: number) => `2026-01-02T05:00:0${seconds}Z`;

describe('the audit trail of an execution', () => {
  it('has each of its events once, without a query', async () => {
    await using trail = await aRunningTrail();
    const { put, store } = trail;
    const id = named('a');
    await put(aWorkflowExecution(id));
    await put(aRunningExecution(id), aRunningExecution(id));
    await put(anEndedExecution(id));

    expect(store.requests).toEqual(all('a'));
  });

  it('is reported once it has ended and all its events are recorded', async () => {
    await using trail = await aRunningTrail();
    const { put, cluster, clock, updates, trail: audit } = trail;
    const id = named('a');
    await put(aRunningExecution(id));
    expect(updates).toEqual([]);
    cluster.put(anEndedExecution(id));
    expect(audit.status(anEndedExecution(id))).toEqual({ isFinal: false });
    await clock.advance(0);

    expect(updates).toEqual(['payment/a']);
    expect(audit.status(anEndedExecution(id))).toMatchObject({
      isFinal: true,
      condition: { status: 'True', reason: 'Recorded', message: 'All 3 audit events are in the audit trail' },
    });
  });

  it('is not final while it lacks an event of a later state of the execution than the watch has brought', async () => {
    await using trail = await aRunningTrail();
    const { put, trail: audit } = trail;
    const id = named('a');
    await put(aRunningExecution(id));

    expect(audit.status(anEndedExecution(id)).isFinal).toBe(false);
  });

  it('is reported as Queued while any event is queued, even if others wait for it', async () => {
    await using trail = await aRunningTrail();
    const { put, store, updates, trail: audit } = trail;
    store.always = { state: 'accepted' };
    const execution = anEndedExecution(named('a'));
    await put(execution);

    expect(updates).toEqual(['payment/a']);
    expect(audit.status(execution)).toMatchObject({
      isFinal: false,
      condition: { status: 'Unknown', reason: 'Queued' },
    });
  });

  it('is reported for an execution that is being deleted', async () => {
    await using trail = await aRunningTrail();
    const id = named('a');
    await trail.put(aRunningExecution({ ...id, metadata: { ...id.metadata, deletionTimestamp } }));

    expect(trail.updates).toEqual(['payment/a']);
  });

  it('is not touched once its condition is final', async () => {
    await using trail = anAuditTrail();
    const { cluster, store, start, trail: audit } = trail;
    const execution = finalized(aPending('a'));
    cluster.put(execution);
    await start();

    expect([store.requests, audit.status(execution)]).toEqual([[], { isFinal: true }]);
  });

  it('goes to the log immediately, without queries', async () => {
    await using trail = anAuditTrail({ queryable: false });
    const { cluster, store, start } = trail;
    cluster.put(aPending('a'));
    await start();

    expect(store.requests).toEqual([first('a')]);
  });
});

describe('after a start', () => {
  it('queries events that another process may have sent, and sends the missing ones', async () => {
    const former = await aRunningTrail();
    const id = named('a');
    await former.put(aRunningExecution(id));
    await former.stop();
    await using trail = anAuditTrail();
    const { cluster, clock, store, start } = trail;
    store.events.push(...former.store.events);
    cluster.put(anEndedExecution(id));
    await start();
    await clock.advance(10 * minute);

    expect(store.stored).toEqual(all('a'));
    expect(store.requests).toEqual(['? rr-a', '? rr-a', 'a workflow.completed']);
  });

  it('sends new events of an older execution without a query', async () => {
    await using trail = anAuditTrail();
    const { cluster, put, store, start } = trail;
    const former = await aRunningTrail();
    const id = named('a');
    await former.put(aWorkflowExecution(id));
    store.events.push(...former.store.events);
    cluster.put(aWorkflowExecution(id));
    await start();
    await put(aRunningExecution(id));

    expect(store.requests).toEqual(['? rr-a', 'a execution.started']);
  });

  it.each([
    ['older than the newest', at(3), ['? rr-newest', '? rr-a']],
    ['as new as the newest', at(4), ['? rr-newest', first('a')]],
    ['newer', at(5), ['? rr-newest', first('a')]],
  ])('an execution that appears is queried if it is older than all others: it is %s', async (_, created, requests) => {
    await using trail = anAuditTrail();
    const { cluster, put, store, start } = trail;
    cluster.put(aPending('newest', at(4)));
    cluster.put(aPending('older', at(1)));
    cluster.put(finalized(aPending('older', at(1))));
    await start();
    await put(aPending('a', created));

    expect(store.requests).toEqual(requests);
  });

  it('logs where events are delivered to', async () => {
    await using trail = await aRunningTrail();
    expect(trail.infos).toEqual([{ to: 'a test' }]);
  });
});

describe('the room for executions', () => {
  it('is limited by the setting; the oldest come first, with all their events', async () => {
    for (const seconds of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 1, 3],
    ]) {
      await using trail = anAuditTrail({ maxPending: 2 });
      const { cluster, put, store, start, trail: audit } = trail;
      const executions = seconds.map((each) => aPending(`${each}`, at(each)));
      for (const execution of executions) cluster.put(execution);
      await start();
      expect(store.requests).toEqual(['? rr-1', '? rr-2']);

      await put(...executions.map(({ metadata, spec }) => aRunningExecution({ metadata, spec })));
      expect(audit.backlog.events).toBe(4);
    }
  });

  it('is refilled when more than half of it is free', async () => {
    await using trail = await aRunningTrail({ maxPending: 4 });
    const { cluster, put, store, trail: audit } = trail;
    store.always = busy;
    const executions = Array.from({ length: 6 }, (_, i) => aPending(`e${i}`, at(i)));
    await put(...executions);
    const events = executions.map((execution) => {
      cluster.put(finalized(execution));
      return audit.backlog.events;
    });

    expect(events).toEqual([3, 2, 3, 2, 1, 0]);
  });

  it('is not refilled while no execution waits', async () => {
    await using trail = await aRunningTrail();
    const { cluster, put } = trail;
    const { lists } = cluster;
    const execution = aPending('a');
    await put(execution, finalized(execution));

    expect(cluster.lists).toBe(lists);
  });

  it('is used once by each execution', async () => {
    await using trail = await aRunningTrail({ maxPending: 2 });
    const { put, clock, store } = trail;
    store.always = busy;
    const executions = ['a', 'b', 'c', 'd'].map((name) => anEndedExecution(named(name)));
    await put(...executions);
    await clock.advance(minute);
    store.always = recorded;
    for (let round = 0; round < 4; round++) {
      await clock.advance(10 * minute);
      for (const execution of executions) {
        if (trail.trail.status(execution).condition) await put(finalized(execution));
      }
    }

    expect(store.stored.toSorted()).toEqual(['a', 'b', 'c', 'd'].flatMap(all).toSorted());
  });

  it('is used by an older execution before a newer one with the same correlation id', async () => {
    await using trail = await aRunningTrail({ maxPending: 2 });
    const { put, clock, store, trail: audit } = trail;
    const [a, b] = [anEndedExecution(named('a')), anEndedExecution(named('b'))];
    const older = anEndedExecution(named('older', at(1), 'rr'));
    await put(a, b, older);
    // Room for one, but another one waits already.
    await put(finalized(a), anEndedExecution(named('newer', at(2), 'rr')), finalized(b));
    await clock.advance(10 * minute);

    const names = store.stored.map((line) => line.split(' ')[0]);
    expect([...new Set(names)]).toEqual(['a', 'b', 'older', 'newer']);
    expect(audit.backlog.events).toBe(0);
  });
});

describe('the backlog', () => {
  it('is the number of unfinished events, and the age of the oldest in seconds', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, trail: audit } = trail;
    expect(audit.backlog).toEqual({ events: 0, oldestSeconds: 0 });
    store.always = busy;
    await put(anEndedExecution(named('a', at(4))));
    expect(audit.backlog).toEqual({ events: 3, oldestSeconds: 0 });
    await clock.advance(Date.parse(at(7)) - clock.now().getTime());

    expect(audit.backlog).toEqual({ events: 3, oldestSeconds: 3 });
  });

  it('does not grow after the end', async () => {
    const { start, stop, put, trail } = anAuditTrail();
    await start();
    await stop();
    await put(aWorkflowExecution({ ...named('a'), status: { conditions: [aCondition({})] } }));

    expect(trail.backlog.events).toBe(0);
  });
});
