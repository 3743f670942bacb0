// The known behavior of the real data storage service, which the fake must reproduce.
import { afterEach, describe, expect, it } from '@jest/globals';
import { columnWidths, limits } from './contract/limits.ts';
import { moments } from './contract/vocabulary.ts';
import { aFakeDataStorage, anEvent, now, removeFakes, type Reply } from './data-storage.builders.ts';

afterEach(removeFakes);

const day = 86_400_000;
const at = (ms: number) => ({ event_timestamp: new Date(now.getTime() + ms).toISOString() });
const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const names = ({ body }: Reply) => (body['data'] as { resource_id: string }[]).map(({ resource_id }) => resource_id);
/** Event data of a given depth. */
const deep = (levels: number) => ({ nested: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) as unknown });
/** An event with event data of a given size in bytes. */
const ofBytes = (bytes: number) => {
  const rest = Buffer.byteLength(JSON.stringify(anEvent({}, { failure_message: '' }).event_data));
  return anEvent({}, { failure_message: 'x'.repeat(bytes - rest) });
};

describe('a posted event', () => {
  it.each(Object.entries(moments))('that says %s is stored, with an id of the service', async (_name, moment) => {
    const { post, fake } = await aFakeDataStorage({ newId: () => 'an-id' });
    const event = anEvent({}, {}, moment);

    const { status, body } = await post(event);

    expect([status, body['event_id'], body['event_timestamp']]).toEqual([201, 'an-id', event.event_timestamp]);
    expect(fake.rows).toMatchObject([{ event_id: 'an-id', event }]);
  });

  it('that is posted again is stored twice', async () => {
    const { post, fake } = await aFakeDataStorage();

    await post(anEvent());
    await post(anEvent());

    expect(new Set(fake.rows.map(({ event_id }) => event_id)).size).toBe(2);
  });

  it('loses its unknown keys silently', async () => {
    const { post, fake } = await aFakeDataStorage();

    expect((await post(anEvent({ caller: 'me' }, { target: 'x' }))).status).toBe(201);
    expect(fake.rows[0]?.event).toEqual(anEvent());
  });

  it.each([
    ['as old as it may be', anEvent(at(-7 * day)), 201],
    ['too old', anEvent(at(-7 * day - 1)), 400],
    ['as far ahead as it may be', anEvent(at(3_600_000)), 201],
    ['too far ahead', anEvent(at(3_600_001)), 400],
    ['with as much data as there may be', ofBytes(limits.eventData), 201],
    ['with a byte too much', ofBytes(limits.eventData + 1), 400],
    ['with data as deep as it may be', anEvent({}, deep(10)), 201],
    ['with data too deep', anEvent({}, deep(11)), 400],
    ['of no type', anEvent({ event_type: undefined }), 400],
    ['of an unknown type', anEvent({ event_type: 'workflowexecution.workflow.skipped' }), 400],
    ['of another type than its data', anEvent({}, { event_type: moments.started.event_type }), 400],
    ['in the phase Skipped', anEvent({}, { phase: 'Skipped' }), 400],
    ['failed for a reason that the service does not know', anEvent({}, { failure_reason: 'Cancelled' }), 400],
    ['of no known outcome', anEvent({ event_outcome: 'skipped' }), 400],
    ['of another version', anEvent({ version: '1.1' }), 400],
    ['with null for its parent', anEvent({ parent_event_id: null }), 400],
    ['with an empty correlation id', anEvent({ correlation_id: '' }), 400],
  ])('%s gets the response of the service', async (_what, event, status) => {
    const { post, fake } = await aFakeDataStorage();

    expect((await post(event)).status).toBe(status);
    expect(fake.rows).toHaveLength(status === 201 ? 1 : 0);
  });

  it.each(['version', 'event_timestamp', 'event_category', 'event_action', 'event_outcome', 'correlation_id'])(
    'without %s is refused, and the field is named',
    async (field) => {
      const { post } = await aFakeDataStorage();

      const { status, headers, body } = await post(anEvent({ [field]: undefined }));

      expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
      expect(body).toMatchObject({ field_errors: { [field]: 'is missing' } });
    },
  );

  it.each(Object.entries(columnWidths))('whose %s exceeds its column is never stored', async (column, width) => {
    const { post, fake, clock } = await aFakeDataStorage();

    const fitting = await post(anEvent({ [column]: 'x'.repeat(width) }));
    const tooWide = await post(anEvent({ [column]: 'x'.repeat(width + 1) }));
    await clock.advance(day);

    expect([fitting.status, tooWide.status, fake.rows.length]).toEqual([201, 202, 1]);
  });
});

describe('a batch', () => {
  it('of 500 events is stored', async () => {
    const { postBatch, fake } = await aFakeDataStorage();

    const { status, body } = await postBatch(Array.from({ length: limits.batch }, () => anEvent()));

    expect(status).toBe(201);
    expect(body['event_ids']).toEqual(fake.rows.map(({ event_id }) => event_id));
  });

  it.each([
    ['is empty', []],
    ['has 501 events', Array.from({ length: limits.batch + 1 }, () => anEvent())],
    ['has one bad event', [anEvent(), anEvent({ correlation_id: undefined })]],
    ['is one event', anEvent()],
  ])('that %s is rejected as a whole, without naming a field', async (_what, batch) => {
    const { postBatch, fake } = await aFakeDataStorage();

    const { status, body } = await postBatch(batch);

    expect([status, 'field_errors' in body, fake.rows.length]).toEqual([400, false, 0]);
  });
});

describe('a caller', () => {
  it('is checked for size first, then for token, then for content', async () => {
    const { post, search } = await aFakeDataStorage({ tokens: { ours: 'allowed', theirs: 'forbidden' } });
    const tooLarge = 'x'.repeat(limits.body + 1);

    const answers = [
      await post(tooLarge, as('unknown')),
      await post('{'),
      await post('{', as('unknown')),
      await post('{', as('theirs')),
      await post('{', as('ours')),
      await search('', as('theirs')),
    ];

    expect(answers.map(({ status }) => status)).toEqual([413, 401, 401, 403, 400, 403]);
  });
});

describe('a query', () => {
  it.each([
    ['', ['failed', 'other', 'first']],
    ['correlation_id=rr-other', ['other']],
    ['event_type=workflowexecution.workflow.failed', ['failed']],
    ['event_outcome=success&correlation_id=rr-crash', ['first']],
    ['since=2026-11-23T09:02:00.000001Z', ['failed', 'other']],
    ['until=2026-11-23T11:02:00.000001%2B02:00', ['other', 'first']],
    ['resource_id=first', ['failed', 'other', 'first']],
    ['limit=2&offset=1', ['other', 'first']],
  ])('for "%s" uses the known parameters, newest first', async (query, expected) => {
    const { postBatch, search } = await aFakeDataStorage();
    const minute = (value: number) => ({ event_timestamp: `2026-11-23T09:0${value}:00.000001Z` });
    await postBatch([
      anEvent({ resource_id: 'first', ...minute(1) }),
      anEvent({ resource_id: 'other', ...minute(2), correlation_id: 'rr-other' }),
      anEvent({ resource_id: 'failed', ...minute(3) }, {}, moments.failed),
    ]);

    expect(names(await search(query))).toEqual(expected);
  });

  it.each(['limit=0', 'limit=1001', 'offset=-1', 'since=yesterday'])('for "%s" is refused', async (query) => {
    const { search } = await aFakeDataStorage();

    expect(await search(query)).toMatchObject({ status: 400 });
  });
});
