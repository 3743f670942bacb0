import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { columnWidths, limits } from './contract/limits.ts';
import { moments } from './contract/vocabulary.ts';
import type { Moment } from './contract/vocabulary.ts';
import { aDouble, anEvent, now, removeDoubles } from './data-storage.builders.ts';

afterEach(removeDoubles);

const tokens = { ours: 'allowed', theirs: 'forbidden' } as const;
const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const at = (ms: number) => new Date(now.getTime() + ms).toISOString();
const [minute, day] = [60_000, 86_400_000];
const tooLong = 'x'.repeat(limits.body + 1);
/** Event data whose one key is unknown to the service, as deep as given with the event data itself. */
const deep = (levels: number) => ({ nested: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) as unknown });
const failedFor = (failure_reason: string) => anEvent({}, { failure_reason }, moments.failed);
const skipped = 'workflowexecution.workflow.skipped';

describe('an event', () => {
  it.each(Object.entries<Moment>(moments))('is stored that tells of an execution that is %s', async (_name, moment) => {
    const { post, double } = await aDouble({ newId: () => 'an-id' });
    const event = anEvent({}, {}, moment);

    const { status, body } = await post(event);

    expect(status).toBe(201);
    expect(body).toEqual({
      event_id: 'an-id',
      event_timestamp: event.event_timestamp,
      message: expect.any(String),
    });
    expect(double.rows).toMatchObject([{ event_id: 'an-id', arrived_at: now.toISOString(), event }]);
  });

  it('makes a second row when it is posted again', async () => {
    const { post, double } = await aDouble();

    const answers = [await post(anEvent()), await post(anEvent())];

    expect(new Set(answers.map(({ body }) => body['event_id'])).size).toBe(2);
    expect(double.rows).toHaveLength(2);
  });

  it('is stored without the keys that the service does not know', async () => {
    const { post, double } = await aDouble();

    expect((await post(anEvent({}, { target: 'x' }))).status).toBe(201);
    expect(double.rows[0]?.event).toEqual(anEvent());
  });

  it.each([
    ['as old as it may be', { event_timestamp: at(-7 * day) }, 201],
    ['too old', { event_timestamp: at(-7 * day - 1) }, 400],
    ['as far ahead as it may be', { event_timestamp: at(60 * minute) }, 201],
    ['too far ahead', { event_timestamp: at(60 * minute + 1) }, 400],
  ])('that is %s is answered with its due', async (_what, changes, status) => {
    const { post, double } = await aDouble();

    expect(await post(anEvent(changes))).toMatchObject({ status });
    expect(double.rows).toHaveLength(status === 201 ? 1 : 0);
  });

  it.each([
    ['an unknown event_type', anEvent({ event_type: skipped }, { event_type: skipped })],
    ['the phase Skipped', anEvent({}, { phase: 'Skipped' })],
    ['the failure_reason Cancelled', failedFor('Cancelled')],
    ['the failure_reason BundleResolutionFailed', failedFor('BundleResolutionFailed')],
    ['a timestamp that is out of range', anEvent({ event_timestamp: at(-8 * day) })],
    ['event_data over 256 KiB', anEvent({}, { failure_message: 'x'.repeat(limits.eventData) })],
    ['no JSON at all', '{'],
  ])('with %s is refused, and no field is named', async (_what, event) => {
    const { post, double } = await aDouble();

    const { status, headers, body } = await post(event);

    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(Object.keys(body).sort()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
    expect(body).toMatchObject({ status: 400, title: 'Bad Request', instance: '/api/v1/audit/events' });
    expect(double.rows).toEqual([]);
  });

  it.each([
    ['without a correlation_id', anEvent({ correlation_id: undefined }), { correlation_id: 'is missing' }],
    ['of another version', anEvent({ version: '2.0' }), { version: 'must be equal to constant' }],
    ['whose parent_event_id is null', anEvent({ parent_event_id: null }), { parent_event_id: 'must be string' }],
    ['without a phase', anEvent({}, { phase: undefined }), { 'event_data.phase': 'is missing' }],
    ['whose data is 11 deep', anEvent({}, deep(11)), { event_data: 'is more than 10 deep' }],
  ])('%s is refused, and the field is named', async (_what, event, field_errors) => {
    const { post } = await aDouble();

    expect(await post(event)).toMatchObject({ status: 400, body: { field_errors } });
  });

  it('may have data of 256 KiB, and not a byte more', async () => {
    const { post } = await aDouble();
    const without = Buffer.byteLength(JSON.stringify(anEvent({}, { failure_message: '' }).event_data));
    const ofBytes = (bytes: number) => anEvent({}, { failure_message: 'x'.repeat(bytes - without) });

    expect((await post(ofBytes(limits.eventData))).status).toBe(201);
    expect((await post(ofBytes(limits.eventData + 1))).status).toBe(400);
  });

  it('may have data that is 10 deep', async () => {
    const { post } = await aDouble();

    expect((await post(anEvent({}, deep(10)))).status).toBe(201);
  });

  it.each(Object.entries(columnWidths))(
    'whose %s is wider than its column is taken and never there',
    async (column, width) => {
      const { post, double, clock } = await aDouble();

      const fitting = await post(anEvent({ [column]: 'x'.repeat(width) }));
      const tooWide = await post(anEvent({ [column]: 'x'.repeat(width + 1) }));
      await clock.advance(day);

      expect([fitting.status, tooWide.status]).toEqual([201, 202]);
      expect([double.rows.length, double.queued.length]).toEqual([1, 1]);
    },
  );
});

describe('a batch', () => {
  it.each([1, limits.batch])('of %i is stored', async (count) => {
    const { postBatch, double } = await aDouble();
    const events = Array.from({ length: count }, (_, index) => anEvent({ resource_id: `we-${index}` }));

    const { status, body } = await postBatch(events);

    expect(status).toBe(201);
    expect(body['event_ids']).toEqual(double.rows.map(({ event_id }) => event_id));
    expect(double.rows.map(({ event }) => event)).toEqual(events);
  });

  it.each([
    ['is empty', []],
    ['has 501 events', Array.from({ length: limits.batch + 1 }, () => anEvent())],
    ['has one bad event', [anEvent(), anEvent({ correlation_id: undefined }), anEvent()]],
    ['is one event', anEvent()],
  ])('that %s is refused as a whole, and no field is named', async (_what, batch) => {
    const { postBatch, double } = await aDouble();

    const { status, body } = await postBatch(batch);

    expect(status).toBe(400);
    expect(body).not.toHaveProperty('field_errors');
    expect(double.rows).toEqual([]);
  });

  it('with one event that is too wide is taken, and the others are there later', async () => {
    const { postBatch, double, clock } = await aDouble();

    const { status, body } = await postBatch([anEvent(), anEvent({ severity: 'x'.repeat(21) })]);

    expect([status, body['count'], double.rows.length]).toEqual([202, 2, 0]);
    await clock.advance(2 * minute);
    expect(double.rows.map(({ event }) => event)).toEqual([anEvent()]);
  });
});

describe('a caller', () => {
  it.each([
    ['without a token', {}, 401],
    ['with a token that nobody knows', as('made-up'), 401],
    ['with a name that every object has', as('constructor'), 401],
    ['with another scheme', { headers: { authorization: 'Basic ours' } }, 401],
    ['with a token without rights', as('theirs'), 403],
    ['with a token that is good', as('ours'), 201],
  ])('%s is told so', async (_what, init, status) => {
    const { post, search, double } = await aDouble({ tokens });

    expect((await post(anEvent(), init)).status).toBe(status);
    expect((await search('', init)).status).toBe(status === 201 ? 200 : status);
    expect(double.rows).toHaveLength(status === 201 ? 1 : 0);
  });

  it('is told first that it says too much, then who it is not, and only then what is wrong', async () => {
    const { post } = await aDouble({ tokens });

    expect((await post(tooLong, as('made-up'))).status).toBe(413);
    expect((await post('{', as('made-up'))).status).toBe(401);
    expect((await post('{', as('theirs'))).status).toBe(403);
    expect((await post('{', as('ours'))).status).toBe(400);
  });

  it('is told that it is going to say too much before it has said it', async () => {
    const { double } = await aDouble();

    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-length': limits.body + 1 };
      const asking = request(`${double.url}/api/v1/audit/events`, { method: 'POST', headers, agent: false });
      asking.on('error', reject).on('response', (response) => {
        resolve(response.statusCode);
        asking.destroy();
      });
      asking.flushHeaders();
    });

    expect(status).toBe(413);
  });

  it('is told that it says too much when it had not said how much', async () => {
    const { post } = await aDouble();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(tooLong));
        controller.close();
      },
    });

    const { status } = await post('', { body, duplex: 'half' });

    expect(status).toBe(413);
  });

  it.each([
    ['/api/v1/audit/nothing', 'GET', 404],
    ['/constructor', 'GET', 404],
    ['/api/v1/audit/events', 'DELETE', 405],
    ['/api/v1/audit/events/batch', 'GET', 405],
  ])('of %s with %s is told that there is nothing', async (path, method, status) => {
    const { double } = await aDouble();

    expect((await fetch(`${double.url}${path}`, { method })).status).toBe(status);
  });
});
