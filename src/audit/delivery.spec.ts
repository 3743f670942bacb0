import { afterEach, describe, expect, it } from '@jest/globals';
import { endTraces, keepTraces } from '../tracing/spans.builders.ts';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail, aPending, aRunningTrail, named } from './audit-trail.builders.ts';
import { auditEvent } from './build-event.ts';
import { dueEvents } from './due-events.ts';
import type { IngestResult } from './event-store.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const busy: IngestResult = { state: 'busy', detail: 'HTTP 429' };
const unknown: IngestResult = { state: 'unknown', detail: 'no response' };
const failed: IngestResult = { state: 'failed', detail: 'HTTP 500' };
const accepted: IngestResult = { state: 'accepted' };

const first = (name: string) => `${name} selection.completed`;

describe('the delivery of events', () => {
  it('sends the events of a correlation id one by one, in order, and names their execution', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted } = trail;
    const [a, b] = [named('a', '2026-01-02T03:00:00Z', 'rr'), named('b', '2026-01-02T03:00:01Z', 'rr')];
    store.answers = [busy];
    await put(aRunningExecution(a), aWorkflowExecution(b));
    await clock.advance(second);

    expect(store.requests).toEqual([first('a'), first('a'), first('b'), 'a execution.started']);
    expect(store.uids.slice(1)).toEqual([a.metadata.uid, b.metadata.uid, a.metadata.uid]);
    expect(counted).toEqual({ delivered: 3, retried: 1, lost: [] });
  });

  it('processes eight correlation ids concurrently and independently', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    await put(...Array.from({ length: 9 }, (_, i) => anEndedExecution(named(`e${i}`))));
    expect(store.requests).toEqual(Array.from({ length: 8 }, (_, i) => first(`e${i}`)));

    resolve();
    await clock.advance(0);
    expect(store.requests).toHaveLength(27);
  });

  it('lets no event overtake an earlier one of its correlation id that is not recorded', async () => {
    await using trail = await aRunningTrail();
    const { put, store } = trail;
    store.answers = [accepted];
    await put(anEndedExecution(named('a', undefined, 'rr')), aPending('b', undefined, 'rr'), aPending('c'));

    expect(store.requests).toEqual([first('a'), first('c')]);
  });

  it.each([
    [7 * day, 1, []],
    [7 * day + 1, 0, ['tooOld']],
  ])('gives up events that are older than seven days: age %i ms', async (ageMs, sent, lost) => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted, errors } = trail;
    const created = clock.now().toISOString();
    await clock.advance(ageMs);
    await put(aPending('a', created));

    expect([store.requests.length, counted.lost, errors.length]).toEqual([sent, lost, lost.length]);
  });
});

describe('an event that is not stored', () => {
  it('is retried less and less often, and not before Retry-After', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted, warnings } = trail;
    store.answers = [busy, { ...busy, retryAfterMs: 30 * second }, busy];
    await put(aRunningExecution(named('a')));
    const waits: (number | undefined)[] = [];
    for (let sent = 1; sent <= 3; sent++) {
      expect(store.requests).toHaveLength(sent);
      waits.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }

    expect(waits).toEqual([125, 30 * second + 125, 500]);
    expect(warnings[0]).toEqual({ detail: 'HTTP 429', delayMs: 125, pending: 2 });
    expect([counted.retried, store.stored]).toEqual([3, [first('a'), 'a execution.started']]);
  });

  it('delays those of all correlation ids', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    store.always = busy;
    await put(...Array.from({ length: 100 }, (_, i) => aPending(`e${i}`)));
    expect(store.requests).toHaveLength(8);
    await clock.advance(10 * minute);
    expect(store.requests.length).toBeLessThan(8 * 30);

    store.always = { state: 'recorded' };
    await clock.advance(minute);
    expect(new Set(store.stored).size).toBe(100);
    expect(store.stored).toHaveLength(100);
  });

  it('delays no others if it fails forever, while they are stored', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    store.always = ({ resource_id }) => (resource_id.startsWith('poison') ? busy : { state: 'recorded' });
    await put(aPending('poison1'), aPending('poison2'));
    await clock.advance(hour);
    const attempts = store.requests.length;
    await clock.advance(10 * minute);
    expect(store.requests.length - attempts).toBeLessThanOrEqual(2 * 21);

    await put(aPending('b', '2026-01-02T06:00:00Z'));
    await clock.advance(second / 2);
    expect(store.stored).toEqual([first('b')]);
  });

  it('waits no longer for the failures of those before it', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    // Each event of a correlation id fails five times, and is then stored.
    const attempts = new Map<string, number>();
    store.always = ({ event_action, resource_id }) => {
      const key = `${resource_id} ${event_action}`;
      const attempt = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, attempt);
      return attempt > 5 ? { state: 'recorded' } : busy;
    };
    await put(...Array.from({ length: 10 }, (_, i) => aPending(`e${i}`, undefined, 'rr')));
    await clock.advance(minute);

    expect(store.stored).toHaveLength(10);
  });

  it('is set aside if it is invalid, and those after it are sent', async () => {
    await using trail = await aRunningTrail();
    const { put, store, counted, errors, trail: audit } = trail;
    store.always = ({ event_type }) =>
      event_type.endsWith('started') ? { state: 'invalid', detail: 'HTTP 400' } : { state: 'recorded' };
    const execution = anEndedExecution(named('a'));
    await put(execution);

    expect(store.stored).toEqual([first('a'), 'a workflow.completed']);
    expect(errors).toMatchObject([
      { execution: 'payment/a', audit: { event_action: 'started' }, state: 'refused', detail: 'HTTP 400' },
    ]);
    expect(counted).toMatchObject({ delivered: 2, lost: ['refused'] });
    const { condition, isFinal } = audit.status(execution);
    expect([isFinal, condition?.reason]).toEqual([true, 'EventRefused']);
    expect(condition?.message).toContain('HTTP 400');
  });
});

describe('an event that may be stored', () => {
  it('is queried after a lost response, and not sent again if it is there', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    store.always = (event) => {
      store.events.push(event);
      store.always = { state: 'recorded' };
      return unknown;
    };
    await put(aRunningExecution(named('a')));
    await clock.advance(hour);

    expect(store.requests).toEqual([first('a'), '? rr-a', 'a execution.started']);
  });

  it('is sent again after the settle time, and before the next one, if it is not there', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store } = trail;
    store.answers = [unknown];
    await put(aRunningExecution(named('a')));
    await clock.advance(299 * second);
    expect(store.stored).toEqual([]);
    await clock.advance(10 * second);

    expect(store.requests).toEqual([first('a'), '? rr-a', '? rr-a', first('a'), 'a execution.started']);
  });

  it('is sent again immediately if data storage has returned an error and does not have it', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted } = trail;
    store.answers = [failed];
    await put(aPending('a'));
    await clock.advance(second);

    expect(store.requests).toEqual([first('a'), '? rr-a', first('a')]);
    expect(counted).toMatchObject({ retried: 1, delivered: 1 });
  });

  it('is never sent again once it is accepted, and given up if it is never stored', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted, errors } = trail;
    store.answers = [accepted];
    await put(aPending('a'));
    await clock.advance(3 * hour);

    expect(store.requests.filter((request) => request === first('a'))).toHaveLength(1);
    expect(counted.lost).toEqual(['notConfirmed']);
    expect(errors).toMatchObject([{ execution: 'payment/a', audit: { resource_id: 'a' }, state: 'notConfirmed' }]);
  });

  it('is not given up while data storage cannot be queried', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted } = trail;
    store.answers = [accepted];
    store.queryAnswer = { state: 'busy', detail: 'HTTP 503' };
    await put(aPending('a'));
    await clock.advance(5 * hour);
    store.queryAnswer = undefined;
    await clock.advance(hour / 2);

    expect(counted.lost).toEqual([]);
  });

  it('is not queried before Retry-After', async () => {
    await using trail = anAuditTrail();
    const { cluster, clock, store, start } = trail;
    store.queryAnswer = { state: 'busy', detail: 'HTTP 429', retryAfterMs: 30 * second };
    cluster.put(aPending('a'));
    await start();
    await clock.advance(30 * second);
    expect(store.requests).toHaveLength(1);
    await clock.advance(second);
    expect(store.requests).toHaveLength(2);
  });

  it('is queried together with the others of its correlation id', async () => {
    await using trail = anAuditTrail();
    const { cluster, store, start } = trail;
    const execution = anEndedExecution(named('a'));
    store.events.push(...dueEvents(execution).map((due) => auditEvent(execution, due)));
    cluster.put(execution);
    await start();

    expect([store.requests, trail.trail.status(execution).condition?.reason]).toEqual([['? rr-a'], 'Recorded']);
  });
});

describe('the span of a delivery', () => {
  afterEach(endTraces);

  it('links to the execution of the event', async () => {
    const exporter = keepTraces();
    await using trail = await aRunningTrail();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const annotations = { [ownAnnotations.traceparent]: `00-${traceId}-00f067aa0ba902b7-01` };
    await trail.put(aWorkflowExecution({ metadata: { annotations } }));

    const [span] = exporter.getFinishedSpans();
    expect(span?.links.map((link) => link.context.traceId)).toEqual([traceId]);
    expect(span?.attributes).toMatchObject({ 'audit.state': 'recorded' });
  });
});
