import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, aRunningExecution } from './audit.builders.ts';
import { anAuditTrail, aPending, aRunningTrail, finalized, named } from './audit-trail.builders.ts';
import type { IngestResult } from './event-store.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const busy: IngestResult = { state: 'busy', detail: 'HTTP 429' };
const refused: IngestResult = { state: 'refused', detail: 'HTTP 403' };
const unknown: IngestResult = { state: 'unknown', detail: 'no response' };
const accepted: IngestResult = { state: 'accepted' };

const all = (name: string) => [
  `${name} selection.completed`,
  `${name} execution.started`,
  `${name} workflow.completed`,
];
const first = (name: string) => `${name} selection.completed`;

describe('a refusal of this service', () => {
  it('is reported, and retried', async () => {
    await using trail = await aRunningTrail();
    const { put, clock, store, updates, trail: audit } = trail;
    store.answers = [refused];
    const execution = anEndedExecution(named('a'));
    await put(execution);

    expect(audit.status(execution).condition).toMatchObject({ status: 'False', reason: 'Refused' });
    expect(updates).toEqual(['payment/a']);
    await clock.advance(second);
    expect([store.stored, audit.status(execution).condition?.reason]).toEqual([all('a'), 'Recorded']);
  });

  it('is also reported if queries are refused', async () => {
    await using trail = anAuditTrail();
    const { cluster, store, start, updates, trail: audit } = trail;
    store.queryAnswer = { state: 'refused', detail: 'HTTP 403' };
    const execution = anEndedExecution(named('a'));
    cluster.put(execution);
    await start();

    expect([audit.status(execution).condition?.reason, updates]).toEqual(['Refused', ['payment/a']]);
  });

  it.each([{ state: 'recorded' } as const, accepted, busy])('ends with another answer: $state', async (answer) => {
    await using trail = await aRunningTrail();
    const { put, clock, store, trail: audit } = trail;
    store.answers = [refused, answer];
    const execution = aPending('a');
    await put(execution);
    await clock.advance(61 * second);

    expect(audit.status(execution).condition?.reason).not.toBe('Refused');
  });
});

describe('a replica that does not lead', () => {
  it('sends nothing, neither events nor queries', async () => {
    await using trail = anAuditTrail();
    const { cluster, put, clock, store, leadership, start } = trail;
    leadership.isHeld = false;
    cluster.put(aPending('a'));
    await start();
    await put(aPending('b', '2026-01-02T06:00:00Z'));
    await clock.advance(hour);
    expect(store.requests).toEqual([]);

    leadership.isHeld = true;
    await clock.advance(second);
    expect(store.requests).toEqual(['? rr-a', first('b')]);
  });

  it('sends no further event after it has lost its Lease during a request', async () => {
    await using trail = await aRunningTrail();
    const { put, store, leadership } = trail;
    store.before = () => Promise.resolve(void (leadership.isHeld = false));
    await put(aRunningExecution(named('a')));

    expect(store.requests).toEqual([first('a')]);
  });
});

describe('a replica that stops', () => {
  it('sends pending events without waiting', async () => {
    const { start, stop, cluster, clock, store } = anAuditTrail();
    cluster.put(aPending('before'));
    await start();
    cluster.put(aRunningExecution(named('a', '2026-01-02T06:00:00Z')));
    await stop();

    expect(store.requests).toEqual(['? rr-before', first('a'), 'a execution.started']);
    expect(clock.pending).toBe(0);
  });

  it('does not retry failures', async () => {
    const { start, stop, cluster, store } = anAuditTrail();
    await start();
    store.always = busy;
    for (let i = 0; i < 20; i += 1) cluster.put(aPending(`e${i}`));
    await stop();

    expect(store.requests).toHaveLength(8);
  });

  it('continues for five seconds', async () => {
    const { start, stop, cluster, clock, store } = anAuditTrail();
    await start();
    const waiting: (() => void)[] = [];
    store.before = () => new Promise((resolve) => waiting.push(resolve));
    cluster.put(anEndedExecution(named('a')));
    const stopping = stop();
    await clock.advance(2 * second);
    waiting.shift()?.();
    await clock.advance(3 * second);
    waiting.shift()?.();
    await stopping;

    expect(store.stored).toEqual(all('a').slice(0, 2));
    expect(clock.pending).toBe(0);
  });
});

describe('an event that is given up while it is sent', () => {
  it.each([unknown, accepted, busy, { state: 'recorded' } as const])('stays given up: $state', async (answer) => {
    await using trail = await aRunningTrail();
    const { put, clock, store, counted, trail: audit } = trail;
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    store.answers = [answer];
    const execution = aPending('a');
    await put(execution);
    audit.abandon(execution);
    resolve();
    await clock.advance(hour);

    expect([store.requests, counted.lost]).toEqual([[first('a')], ['abandoned']]);
    expect(audit.status(execution).condition?.reason).toBe('Abandoned');
  });
});

it('does not send an event whose execution got a final condition in the meantime', async () => {
  await using trail = await aRunningTrail();
  const { put, clock, store } = trail;
  const { promise, resolve } = Promise.withResolvers<void>();
  store.before = () => promise;
  const execution = anEndedExecution(named('a'));
  await put(execution);
  await put(finalized(execution));
  resolve();
  await clock.advance(0);

  expect(store.requests).toEqual([first('a')]);
});
