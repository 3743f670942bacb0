import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail, named, settled } from './audit-trail.builders.ts';
import type { Delivered } from './event-store.ts';

const minute = 60_000;
const isBusy: Delivered = { state: 'busy', detail: 'HTTP 429' };
/** RFC 3339, this many seconds after five o'clock. */
const at = (seconds: number) => `2026-01-02T05:00:0${seconds}Z`;
const pending = (name: string, seconds = 0) => aWorkflowExecution(named(name, at(seconds)));
/** The same execution, which says now that its events are done with. */
const settle = ({ metadata, spec }: ReturnType<typeof aWorkflowExecution>) =>
  aWorkflowExecution({ metadata, spec, status: settled });

describe('the events of an execution that is seen after the start', () => {
  it.each([
    ['later', 3],
    ['in the same second as', 2],
  ])('are sent without a query when it was created %s the newest known before', async (_, seconds) => {
    for (const known of [
      [1, 2],
      [2, 1],
    ]) {
      const { start, stop, cluster, clock, store } = anAuditTrail();
      for (const second of known) cluster.put(settle(pending(`known-${second}`, second)));
      await start();
      cluster.put(pending('new', seconds));
      await clock.advance(0);

      expect([store.told, store.asked]).toEqual([['new selection.completed'], []]);
      await stop();
    }
  });

  it('are queried first when it is older than that: another process may have seen it', async () => {
    for (const known of [[3], [1, 3], [3, 1]]) {
      const { start, stop, cluster, clock, store } = anAuditTrail();
      for (const second of known) cluster.put(settle(pending(`known-${second}`, second)));
      await start();
      cluster.put(pending('late', 2));
      await clock.advance(0);

      expect([store.told, store.asked]).toEqual([[], ['rr-late']]);
      await stop();
    }
  });

  it('are queried first when somebody has taken its condition away', async () => {
    const { start, stop, cluster, clock, store } = anAuditTrail();
    await start();
    const execution = pending('a');
    cluster.put(execution);
    await clock.advance(0);
    cluster.put(settle(execution));
    cluster.put(execution);
    await clock.advance(minute);

    expect([store.told, store.asked]).toEqual([['a selection.completed'], ['rr-a']]);
    await stop();
  });
});

describe('the events of an execution that was there before the start', () => {
  it('are all queried first, also those that the reconciler has asked about before', async () => {
    const id = named('a');
    const former = anAuditTrail();
    await former.start();
    former.cluster.put(aRunningExecution(id));
    await former.stop();
    const { start, stop, cluster, clock, store, trail } = anAuditTrail();
    store.events.push(...former.store.events);
    cluster.put(aRunningExecution(id));
    trail.standing(aWorkflowExecution(id));
    trail.standing(aRunningExecution(id));
    expect(trail.backlog.events).toBe(2);
    await start();
    await clock.advance(10 * minute);

    expect([store.told, trail.backlog.events]).toEqual([['a selection.completed', 'a execution.started'], 0]);
    await stop();
  });

  it('are queried first when there was no room for it then, though it is as new as the newest', async () => {
    const { start, stop, cluster, clock, store } = anAuditTrail({ maxPending: 1 });
    const [a, b] = [pending('a'), pending('b')];
    cluster.put(a);
    cluster.put(b);
    await start();
    expect(store.asked).toEqual(['rr-a']);
    cluster.put(settle(a));
    await clock.advance(0);

    expect([store.told, store.asked]).toEqual([[], ['rr-a', 'rr-b']]);
    await stop();
  });

  it('are taken oldest first', async () => {
    for (const seconds of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 1, 3],
    ]) {
      const { start, stop, cluster, store } = anAuditTrail({ maxPending: 2 });
      for (const second of seconds) cluster.put(pending(`${second}`, second));
      await start();

      expect(store.asked).toEqual(['rr-1', 'rr-2']);
      await stop();
    }
  });
});

describe('the room for executions', () => {
  /** A trail with room for four that gets nowhere, and six executions of one event each. */
  async function full() {
    const trail = anAuditTrail({ maxPending: 4 });
    trail.store.answer = isBusy;
    await trail.start();
    const executions = Array.from({ length: 6 }, (_, i) => pending(`e${i}`, i));
    for (const execution of executions) trail.cluster.put(execution);
    return { ...trail, executions };
  }

  it('is for as many as are configured, with all their events', async () => {
    const { trail, cluster, executions, stop } = await full();
    expect(trail.backlog.events).toBe(4);
    const [first, , , , last] = executions.map(({ metadata, spec }) => aRunningExecution({ metadata, spec }));
    cluster.put(first!);
    cluster.put(last!);

    expect(trail.backlog.events).toBe(5);
    await stop();
  });

  it('is filled again when more than half of it is free', async () => {
    const { trail, cluster, executions, stop } = await full();
    const events = executions.map((execution) => {
      cluster.put(settle(execution));
      return trail.backlog.events;
    });

    expect(events).toEqual([3, 2, 3, 2, 1, 0]);
    await stop();
  });

  it('is not looked for while there are none that wait', async () => {
    const { start, stop, cluster } = anAuditTrail();
    await start();
    const listed = cluster.lists;
    const execution = pending('a');
    cluster.put(execution);
    cluster.put(settle(execution));

    expect(cluster.lists).toBe(listed);
    await stop();
  });
});

describe('the start and the end of the delivery', () => {
  it('starts with a log line that says where events go', async () => {
    const { start, stop, infos } = anAuditTrail();
    await start();
    expect(infos).toEqual([{ to: 'a test' }]);
    await stop();
  });

  it('does not look for work when an update brings no event', async () => {
    const { start, stop, cluster, clock, checks, store } = anAuditTrail();
    await start();
    const execution = pending('a');
    cluster.put(execution);
    await clock.advance(0);
    const before = checks.count;
    cluster.put(execution);
    await clock.advance(0);

    expect([checks.count, store.told.length]).toEqual([before, 1]);
    await stop();
  });

  it('follows no execution any more after its end', async () => {
    const { start, stop, cluster, trail } = anAuditTrail();
    await start();
    await stop();
    cluster.put(pending('a'));

    expect(trail.backlog.events).toBe(0);
  });
});

describe('the backlog', () => {
  it('is empty while nothing is pending', () => {
    expect(anAuditTrail().trail.backlog).toEqual({ events: 0, oldestSeconds: 0 });
  });

  it('counts events, and seconds since the oldest happened', async () => {
    const { start, stop, cluster, clock, store, trail } = anAuditTrail();
    store.answer = isBusy;
    await start();
    cluster.put(anEndedExecution(named('a', at(4))));
    expect(trail.backlog).toEqual({ events: 3, oldestSeconds: 0 });
    await clock.advance(Date.parse(at(7)) - clock.now().getTime());

    expect(trail.backlog).toEqual({ events: 3, oldestSeconds: 3 });
    await stop();
  });
});
