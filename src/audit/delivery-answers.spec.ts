import { describe, expect, it } from '@jest/globals';
import { anAdmission } from './audit.builders.ts';
import { aRunningDelivery, eventOfEnded } from './delivery.builders.ts';
import type { Delivered, Told } from './event-store.ts';

const second = 1_000;

const busy = (): Delivered => ({ state: 'busy', detail: 'HTTP 429' });
const refused = (): Delivered => ({ state: 'refused', detail: 'HTTP 403' });
const unknown = (): Delivered => ({ state: 'unknown', detail: 'no answer' });
const unclear = (): Delivered => ({ state: 'unclear', detail: 'HTTP 500' });
const queued = (): Delivered => ({ state: 'queued' });

const delays = (warnings: readonly object[]) => warnings.map((line) => ('delayMs' in line ? line.delayMs : undefined));

describe('an answer to a delivery', () => {
  it('that is a failure is logged with its reason, the delay and what is pending', async () => {
    const { take, store, warnings, stop } = aRunningDelivery();
    store.answers = [busy];
    await take('a', ['accepted', 'started']);

    expect(warnings).toEqual([{ detail: 'HTTP 429', delayMs: 125, pending: 2 }]);
    await stop();
  });

  it('is news only when nothing of the execution is left', async () => {
    const { take, store, news, stop } = aRunningDelivery();
    await take('a', ['accepted', 'started', 'ended']);
    expect(news.mock.calls.map(([{ due }]) => due.kind)).toEqual(['ended']);

    store.answers = [busy];
    await take('b', ['ended']);
    expect(news).toHaveBeenCalledTimes(1);
    await stop();
  });

  it.each([
    ['recorded', { state: 'recorded' }],
    ['queued', { state: 'queued' }],
  ] as const)('that says %s ends a refusal, and delays start anew', async (_, success) => {
    const { take, store, clock, delivery, warnings, stop } = aRunningDelivery();
    store.answers = [busy, refused, () => success, busy];
    await take('a', ['accepted']);
    await clock.advance(2 * second);
    expect(delivery.refusal).toBe('HTTP 403');
    await clock.advance(60 * second);
    expect(delivery.refusal).toBeUndefined();
    await take('b', ['accepted']);

    expect(delays(warnings)).toEqual([125, 60_250, 125]);
    await stop();
  });

  it('that is an error of the store has the events checked at once, and sent again when they are missing', async () => {
    const { take, store, clock, outbox, counted, stop } = aRunningDelivery();
    store.answers = [unclear];
    await take('a', ['accepted']);
    await clock.advance(2 * second);

    expect(store.requests).toEqual([['a/completed'], ['?'], ['a/completed']]);
    expect([counted.retried, outbox.pending]).toEqual([1, 0]);
    await stop();
  });

  it('that does not come has the events checked at once, also when nothing was to be checked before', async () => {
    const { take, store, clock, stop } = aRunningDelivery();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.before = () => promise;
    store.answers = [unknown];
    await take('a', ['accepted']);
    expect(clock.pending).toBe(0);
    resolve();
    await clock.advance(0);

    expect(store.requests).toEqual([['a/completed'], ['?']]);
    await stop();
  });

  it('that queues an event which never comes is final without a detail', async () => {
    const { take, store, clock, outbox, errors, stop } = aRunningDelivery();
    store.answers = [queued];
    await take('a', ['accepted']);
    await clock.advance(2 * 3_600 * second);

    expect([...outbox.finals('a').values()]).toEqual([{ state: 'notConfirmed', detail: '' }]);
    expect(errors).toMatchObject([{ execution: 'payment/a', uid: 'a', state: 'notConfirmed' }]);
    await stop();
  });
});

describe('a query of a delivery', () => {
  it('that is answered is no failure, and what is there is recorded', async () => {
    const { take, store, outbox, counted, warnings, stop } = aRunningDelivery();
    await take('a', ['accepted']);
    await take('a', ['accepted', 'started'], 'unsure');
    expect(store.requests).toEqual([['a/completed'], ['?']]);

    expect([outbox.pending, counted.retried, warnings]).toEqual([1, 0, []]);
    await stop();
  });

  it('is followed at once by the next when there are more events than one turn takes', async () => {
    const { outbox, clock, delivery, store, stop } = aRunningDelivery();
    for (let i = 0; i < 65; i++) outbox.admit(anAdmission(`e${i}`, ['accepted']), 'unsure', clock.elapsedMs());
    delivery.ring();
    await clock.advance(0);

    expect(store.requests).toEqual([['?'], ['?']]);
    await stop();
  });

  it('that fails is repeated ever less often, and delays start anew after an answer', async () => {
    const { take, store, clock, warnings, stop } = aRunningDelivery();
    store.isDumb = { state: 'busy', detail: 'HTTP 503' };
    await take('a', ['accepted'], 'unsure');
    await clock.advance(125 + 250);
    store.isDumb = undefined;
    await clock.advance(500);
    store.isDumb = { state: 'busy', detail: 'HTTP 503' };
    await clock.advance(301 * second);

    expect(delays(warnings).slice(0, 5)).toEqual([125, 250, 500, 125, 250]);
    await stop();
  });

  it('that fails for some correlation ids only starts the delays anew', async () => {
    const { take, store, clock, warnings, stop } = aRunningDelivery((item) => {
      return { ...eventOfEnded(item), correlation_id: item.correlationId };
    });
    const failure: Told = { state: 'busy', detail: 'HTTP 503' };
    store.rows = (id: string) => Promise.resolve<Told>(id === 'a' ? failure : { state: 'told', rows: [] });
    await take('a', ['accepted'], 'unsure');
    await take('b', ['accepted'], 'unsure');
    await clock.advance(125);

    expect(delays(warnings)).toEqual([125, 125]);
    await stop();
  });
});
