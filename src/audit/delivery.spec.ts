import { describe, expect, it } from '@jest/globals';
import { anAdmission, anEndedExecution, times } from './audit.builders.ts';
import type { AuditEvent } from './audit-event.ts';
import { auditEvent } from './build-event.ts';
import { aRunningDelivery } from './delivery.builders.ts';
import type { Delivered } from './event-store.ts';

const second = 1_000;
const hour = 3_600 * second;

const busy = (): Delivered => ({ state: 'busy', detail: 'HTTP 429' });
const unknown = (): Delivered => ({ state: 'unknown', detail: 'no answer' });
/** Takes no batch that has a bad event. */
const refusing =
  (bad: string) =>
  (events: readonly AuditEvent[]): Delivered =>
    events.some(({ resource_id }) => resource_id === bad)
      ? { state: 'invalid', detail: 'HTTP 400' }
      : { state: 'recorded' };

describe('a delivery', () => {
  it('brings away at once what is due, and what has come up meanwhile together', async () => {
    const { take, store, outbox, counted, stop } = aRunningDelivery();
    await take('a', ['accepted', 'started', 'ended']);
    await take('b', ['accepted']);

    expect(store.requests).toEqual([['a/completed', 'a/started', 'a/completed'], ['b/completed']]);
    expect([outbox.pending, counted.delivered]).toEqual([0, 4]);
    await stop();
  });

  it('tries again what was not taken, ever less often, and as late as it is asked to', async () => {
    const { take, store, clock, counted, stop } = aRunningDelivery();
    store.answers = [busy, () => ({ ...busy(), retryAfterMs: 30 * second }) as Delivered, busy];
    await take('a', ['accepted']);

    const waits: (number | undefined)[] = [];
    for (let sent = 1; sent <= 3; sent++) {
      expect(store.requests).toHaveLength(sent);
      waits.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }

    expect(waits).toEqual([125, 30 * second + 250, 500]);
    expect(store.requests).toHaveLength(4);
    expect([counted.retried, counted.delivered]).toEqual([3, 1]);
    await stop();
  });

  it('sets one bad event aside, and takes all others of its batch along', async () => {
    const { take, store, counted, errors, outbox, stop, clock } = aRunningDelivery();
    store.always = refusing('c');
    store.answers = [busy];
    for (const name of ['a', 'b', 'c', 'd', 'e']) await take(name, ['accepted']);
    await clock.advance(hour);

    expect(store.there.map(({ resource_id }) => resource_id).toSorted()).toEqual(['a', 'b', 'd', 'e']);
    expect(store.requests.at(-1)).not.toContain('c/completed');
    expect(counted).toMatchObject({ delivered: 4, lost: ['refused'] });
    expect(errors).toMatchObject([{ audit: { resource_id: 'c' }, state: 'refused', detail: 'HTTP 400' }]);
    expect([...outbox.finals('c').values()]).toEqual([{ state: 'refused', detail: 'HTTP 400' }]);
    await stop();
  });

  it('asks for what was not answered before it sends it again', async () => {
    const { take, store, clock, stop } = aRunningDelivery();
    store.answers = [
      (events) => {
        store.there.push(...events);
        return unknown();
      },
    ];
    await take('a', ['accepted']);
    await clock.advance(hour);

    expect(store.requests).toEqual([['a/completed'], ['?']]);
    expect(store.there).toHaveLength(1);
    await stop();
  });

  it('sends again what was not answered, and is not there after the time that it may take', async () => {
    const { take, store, clock, counted, stop } = aRunningDelivery();
    store.answers = [unknown];
    await take('a', ['accepted', 'started']);

    await clock.advance(299 * second);
    expect(store.requests).toEqual([['a/completed', 'a/started'], ['?'], ['?']].slice(0, store.requests.length));
    expect(counted.delivered).toBe(0);
    await clock.advance(10 * second);

    expect(store.there.map(({ event_action }) => event_action)).toEqual(['completed', 'started']);
    await stop();
  });

  it('asks first for what another process may have sent', async () => {
    const { take, store, stop } = aRunningDelivery();
    store.there.push(
      auditEvent(anEndedExecution({ metadata: { name: 'a' } }), { kind: 'accepted', time: times.created }),
    );
    await take('a', ['accepted'], 'unsure');

    expect(store.requests).toEqual([['?']]);
    await stop();
  });

  it('asks for what may have been sent once the event before it is there', async () => {
    const { take, outbox, store, stop, clock } = aRunningDelivery();
    store.answers = [busy];
    outbox.admit(anAdmission('a', ['accepted'], 'one'), 'due', clock.elapsedMs());
    await take('b', ['accepted'], 'unsure', 'one');
    await clock.advance(301 * second);

    expect(store.there.map(({ resource_id }) => resource_id)).toEqual(['a', 'b']);
    expect(outbox.pending).toBe(0);
    await stop();
  });

  it('does not send again what was queued, and gives it up when it never comes', async () => {
    const { take, store, clock, counted, errors, stop } = aRunningDelivery();
    store.answers = [() => ({ state: 'queued' })];
    await take('a', ['accepted']);
    await clock.advance(3 * hour);

    expect(store.requests.filter(([first]) => first !== '?')).toEqual([['a/completed']]);
    expect(counted.lost).toEqual(['notConfirmed']);
    expect(errors).toHaveLength(1);
    await stop();
  });

  it('counts against what was queued only the time in which it could be asked for', async () => {
    const { take, store, clock, counted, stop } = aRunningDelivery();
    store.answers = [() => ({ state: 'queued' })];
    store.isDumb = { state: 'busy', detail: 'HTTP 503' };
    await take('a', ['accepted']);
    await clock.advance(5 * hour);
    store.isDumb = undefined;
    await clock.advance(hour / 2);

    expect(counted.lost).toEqual([]);
    await stop();
  });

  it('says what it is refused with, and tries again slowly', async () => {
    const { take, store, clock, delivery, news, stop } = aRunningDelivery();
    store.answers = [() => ({ state: 'refused', detail: 'HTTP 403' })];
    await take('a', ['ended']);

    expect(delivery.refusal).toBe('HTTP 403');
    expect(news).toHaveBeenCalledTimes(1);
    await clock.advance(59 * second);
    expect(store.requests).toHaveLength(1);
    await clock.advance(5 * second);
    expect([store.requests.length, delivery.refusal]).toEqual([2, undefined]);
    await stop();
  });

  it('says so too when it is refused what it asks for', async () => {
    const { take, store, clock, delivery, news, stop } = aRunningDelivery();
    store.isDumb = { state: 'refused', detail: 'HTTP 403' };
    await take('a', ['ended'], 'unsure');

    expect([delivery.refusal, news.mock.calls.length]).toEqual(['HTTP 403', 1]);
    store.isDumb = undefined;
    await clock.advance(hour);
    expect([delivery.refusal, store.there.length]).toEqual([undefined, 1]);
    await stop();
  });

  it('asks as late as it is asked to', async () => {
    const { take, store, clock, stop } = aRunningDelivery();
    store.isDumb = { state: 'busy', detail: 'HTTP 429', retryAfterMs: 30 * second };
    await take('a', ['accepted'], 'unsure');

    await clock.advance(30 * second);
    expect(store.requests).toHaveLength(1);
    await clock.advance(second);
    expect(store.requests).toHaveLength(2);
    await stop();
  });

  it('does not send what is too old to be taken, but says so', async () => {
    const { take, store, clock, counted, errors, stop } = aRunningDelivery();
    store.isDumb = { state: 'busy', detail: 'HTTP 503' };
    store.always = busy;
    await clock.advance(8 * 24 * hour);
    await take('a', ['accepted']);

    expect([store.requests, counted.lost]).toEqual([[], ['tooOld']]);
    expect(errors).toMatchObject([{ audit: { resource_id: 'a' }, state: 'tooOld' }]);
    await stop();
  });

  it('goes on behind a batch of which everything is too old', async () => {
    const { take, outbox, store, clock, counted, stop } = aRunningDelivery();
    await clock.advance(8 * 24 * hour);
    for (let i = 0; i < 1_200; i++) outbox.admit(anAdmission(`e${i}`, ['accepted']), 'due', clock.elapsedMs());
    await take('last', ['accepted']);

    expect([store.requests, counted.lost.length, outbox.pending]).toEqual([[], 1_201, 0]);
    await stop();
  });

  it('sends nothing more as long as another process may deliver', async () => {
    const { take, store, allow, clock, stop } = aRunningDelivery();
    allow(false);
    await take('a', ['accepted']);
    await take('b', ['accepted'], 'unsure');

    expect(store.requests).toEqual([]);
    allow(true);
    await clock.advance(second);
    expect(store.requests).toEqual([['a/completed'], ['?']]);
    await stop();
  });

  it('brings away what is due when it is told to stop, but waits for nothing', async () => {
    const { outbox, store, stop, clock } = aRunningDelivery();
    await clock.advance(0);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    outbox.admit(anAdmission('b', ['accepted']), 'unsure', 0);
    await stop();

    expect(store.requests).toEqual([['a/completed']]);
  });

  it('makes requests of 500 events at most', async () => {
    const { take, store, outbox, clock, stop } = aRunningDelivery();
    store.answers = [busy];
    for (let i = 0; i < 1_200; i++) outbox.admit(anAdmission(`e${i}`, ['accepted']), 'due', 0);
    await take('last', ['accepted']);
    await clock.advance(second);

    expect(store.requests.map(({ length }) => length)).toEqual([500, 500, 500, 201]);
    await stop();
  });
});
