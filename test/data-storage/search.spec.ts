import { afterEach, describe, expect, it } from '@jest/globals';
import { limits } from './contract/limits.ts';
import { moments } from './contract/vocabulary.ts';
import { aDouble, anEvent, removeDoubles } from './data-storage.builders.ts';
import type { Reply } from './data-storage.builders.ts';

afterEach(removeDoubles);

const minute = (value: number) => ({ event_timestamp: `2026-11-23T09:${String(value).padStart(2, '0')}:00.000001Z` });
const found = ({ body }: Reply) => (body['data'] as { resource_id: string }[]).map(({ resource_id }) => resource_id);

/** Three events, one of another correlation id, and one of a failure. */
async function aTrail() {
  const running = await aDouble({ newId: () => 'an-id' });
  await running.postBatch([
    anEvent({ resource_id: 'first', ...minute(1) }),
    anEvent({ resource_id: 'other', ...minute(2), correlation_id: 'rr-other' }),
    anEvent({ resource_id: 'failed', ...minute(3) }, {}, moments.failed),
  ]);
  return running;
}

describe('a query', () => {
  it('finds the events as they are stored, with their ids, the newest first', async () => {
    const { search } = await aTrail();

    const { status, body } = await search('correlation_id=rr-crash');

    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        { event_id: 'an-id', ...anEvent({ resource_id: 'failed', ...minute(3) }, {}, moments.failed) },
        { event_id: 'an-id', ...anEvent({ resource_id: 'first', ...minute(1) }) },
      ],
      pagination: { limit: 50, offset: 0, total: 2, has_more: false },
    });
  });

  it.each([
    ['', ['failed', 'other', 'first']],
    ['correlation_id=rr-other', ['other']],
    ['correlation_id=rr', []],
    ['event_type=workflowexecution.workflow.failed', ['failed']],
    ['event_category=workflowexecution', ['failed', 'other', 'first']],
    ['event_category=gateway', []],
    ['event_outcome=success', ['other', 'first']],
    ['event_outcome=success&correlation_id=rr-crash', ['first']],
    ['since=2026-11-23T09:02:00.000001Z', ['failed', 'other']],
    ['since=2026-11-23T09:02:00.000002Z', ['failed']],
    ['until=2026-11-23T11:02:00.000001%2B02:00', ['other', 'first']],
    ['until=2026-11-23T09:02:00Z', ['first']],
    ['resource_id=first', ['failed', 'other', 'first']],
    ['event_action=failed&anything=else', ['failed', 'other', 'first']],
    ['correlation_id=', ['failed', 'other', 'first']],
  ])('for "%s" finds what its known parameters say', async (query, expected) => {
    const { search } = await aTrail();

    expect(found(await search(query))).toEqual(expected);
  });

  it.each([
    ['limit=1', ['failed'], { limit: 1, offset: 0, total: 3, has_more: true }],
    ['limit=2&offset=1', ['other', 'first'], { limit: 2, offset: 1, total: 3, has_more: false }],
    ['offset=3', [], { limit: 50, offset: 3, total: 3, has_more: false }],
    [`limit=${limits.page}`, ['failed', 'other', 'first'], { limit: 1_000, offset: 0, total: 3, has_more: false }],
  ])('for "%s" finds a page', async (query, expected, pagination) => {
    const { search } = await aTrail();

    const reply = await search(query);

    expect(found(reply)).toEqual(expected);
    expect(reply.body).toMatchObject({ pagination });
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=ten',
    'limit=1.5',
    'offset=-1',
    'since=yesterday',
    'until=2026-13-01T00:00:00Z',
  ])('for "%s" is refused', async (query) => {
    const { search } = await aTrail();

    const [name = ''] = query.split('=');
    expect(await search(query)).toMatchObject({
      status: 400,
      body: { field_errors: { [name]: expect.stringContaining('must be') } },
    });
  });

  it('has 50 events of more when it does not say how many', async () => {
    const { search, postBatch } = await aDouble();
    await postBatch(Array.from({ length: 51 }, () => anEvent()));

    const reply = await search();

    expect(found(reply)).toHaveLength(50);
    expect(reply.body).toMatchObject({ pagination: { total: 51, has_more: true } });
  });
});
