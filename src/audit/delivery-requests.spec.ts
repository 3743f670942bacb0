import { describe, expect, it } from '@jest/globals';
import { anAdmission, times } from './audit.builders.ts';
import type { AuditEvent } from './audit-event.ts';
import { aRunningDelivery, eventOfEnded } from './delivery.builders.ts';
import type { Delivered } from './event-store.ts';
import type { Item } from './outbox.ts';

const second = 1_000;
const day = 24 * 3_600 * second;
const maxBytes = 4 * 1024 * 1024;

const busy = (): Delivered => ({ state: 'busy', detail: 'HTTP 429' });

/** The event of an item, with a message that makes it this many bytes of JSON. */
function eventOfBytes(item: Item, bytes: number): AuditEvent {
  const event = { ...eventOfEnded(item), error_message: '' };
  return { ...event, error_message: 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify(event))) };
}

describe('a request of a delivery', () => {
  it('names the execution of each event', async () => {
    const { outbox, take, store, stop } = aRunningDelivery();
    outbox.admit(anAdmission('a', ['accepted', 'started']), 'due', 0);
    await take('b', ['accepted']);

    expect(store.uids).toEqual([['a', 'a', 'b']]);
    await stop();
  });

  it('leaves out the events of executions that are gone', async () => {
    const gone = (item: Item) => (item.uid === 'a' ? undefined : eventOfEnded(item));
    const { outbox, take, store, stop } = aRunningDelivery(gone);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    await take('b', ['accepted']);

    expect([store.requests, outbox.unfinished('a').length]).toEqual([[['b/completed']], 1]);
    await stop();
  });

  it.each([
    ['fit exactly', [maxBytes / 2, maxBytes / 2, 1_000], [2, 1]],
    ['are one byte too large together', [maxBytes / 2, maxBytes / 2 + 1, 1_000], [1, 2]],
    ['are too large each', [maxBytes + 1, maxBytes + 1], [1, 1]],
  ])('is at most 4 MiB, unless one event alone is larger: events that %s', async (_, bytes, sizes) => {
    const { outbox, clock, delivery, store, stop } = aRunningDelivery((item) =>
      eventOfBytes(item, bytes[Number(item.uid)] ?? 0),
    );
    for (const uid of bytes.keys()) outbox.admit(anAdmission(`${uid}`, ['accepted']), 'due', 0);
    delivery.ring();
    await clock.advance(0);

    expect(store.requests.map(({ length }) => length)).toEqual(sizes);
    await stop();
  });

  it.each([
    [7 * day, 1],
    [7 * day + 1, 0],
  ])('has no event that is older than seven days: age %i ms', async (ageMs, sent) => {
    const { clock, take, store, outbox, stop } = aRunningDelivery();
    await clock.advance(Date.parse(times.created) + ageMs - clock.now().getTime());
    await take('a', ['accepted']);

    expect(store.requests).toHaveLength(sent);
    expect([...outbox.finals('a').values()]).toEqual([{ state: sent ? 'recorded' : 'tooOld', detail: '' }]);
    await stop();
  });

  it('is halved until it is not too large', async () => {
    const { outbox, take, store, stop } = aRunningDelivery();
    store.always = ({ length }) => ({ state: length > 2 ? 'tooLarge' : 'recorded', detail: 'HTTP 413' });
    for (const uid of ['a', 'b', 'c', 'd']) outbox.admit(anAdmission(uid, ['accepted']), 'due', 0);
    await take('e', ['accepted']);

    expect(store.requests.map(({ length }) => length)).toEqual([5, 2, 3, 1, 2]);
    expect(outbox.pending).toBe(0);
    await stop();
  });

  it('is not overtaken by an older event of the same correlation id', async () => {
    const { take, clock, store, stop } = aRunningDelivery();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    store.answers = [() => ({ state: 'unknown', detail: 'no answer' })];
    await take('late', ['ended'], 'due', 'one');
    await take('early', ['accepted'], 'due', 'one');
    resolve();
    await clock.advance(second);

    expect(store.requests).toEqual([['late/completed'], ['?']]);
    await stop();
  });
});

describe('a delivery that stops', () => {
  it('goes on with what is due for five seconds', async () => {
    const { outbox, clock, store, stop } = aRunningDelivery();
    await clock.advance(0);
    for (let i = 0; i < 1_500; i++) outbox.admit(anAdmission(`e${i}`, ['accepted']), 'due', 0);
    store.before = () => clock.advance(2_500);
    await stop();

    expect([store.requests.length, outbox.pending]).toEqual([2, 500]);
  });

  it('does not try again what fails', async () => {
    const { outbox, clock, store, stop } = aRunningDelivery();
    await clock.advance(0);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    store.always = busy;
    await stop();

    expect(store.requests).toHaveLength(1);
  });
});
