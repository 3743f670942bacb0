import { describe, expect, it } from '@jest/globals';
import { deliveredBy, notTold } from './data-storage-answer.ts';

const problem = (detail: string) => JSON.stringify({ type: 'about:blank', title: 'A problem', status: 0, detail });

describe('an answer of the data storage service', () => {
  it.each([
    ['one event is recorded', 1, 201, '{"event_id":"e1"}', 'recorded'],
    ['all of a batch are recorded', 2, 201, '{"event_ids":["e1","e2"]}', 'recorded'],
    ['half an answer', 2, 201, '{"event_ids":["e1"', 'unknown'],
    ['fewer ids than events', 2, 201, '{"event_ids":["e1"]}', 'unknown'],
    ['events are queued', 2, 202, '{"status":"accepted","count":2}', 'queued'],
    ['a redirect', 1, 307, '', 'refused'],
    ['an event is bad', 1, 400, problem('bad'), 'invalid'],
    ['the token is bad', 1, 401, problem('who'), 'refused'],
    ['rights are missing', 1, 403, problem('no'), 'refused'],
    ['there is no such path', 1, 404, 'not found', 'refused'],
    ['the request was too slow', 1, 408, '', 'busy'],
    ['too much at once', 9, 413, problem('large'), 'tooLarge'],
    ['too often', 1, 429, problem('slow down'), 'busy'],
    ['its database and its queue are away', 1, 500, problem('away'), 'unclear'],
    ['an error that is not its own word', 1, 500, '<html>', 'unknown'],
    ['a proxy that has lost it', 1, 502, problem('bad gateway'), 'unknown'],
    ['a proxy that waits no longer', 1, 504, '', 'unknown'],
    ['success of a kind that it does not have', 1, 200, '{"event_id":"e1"}', 'unknown'],
    ['one event is recorded, without its id', 1, 201, '{"event_id":5}', 'unknown'],
    ['one event is recorded, as if it were a batch', 1, 201, '{"event_ids":["e1"]}', 'unknown'],
    ['more ids than events', 2, 201, '{"event_ids":["e1","e2","e3"]}', 'unknown'],
    ['a batch as if it were one event', 2, 201, '{"event_id":"e1"}', 'unknown'],
    ['no redirect', 1, 299, '', 'unknown'],
    ['several choices', 1, 300, '', 'refused'],
    ['an event cannot be processed', 1, 422, problem('bad'), 'invalid'],
    ['too early', 1, 425, '', 'busy'],
    ['the last of the refusals', 1, 499, problem('no'), 'refused'],
    ['a problem of a proxy', 1, 501, problem('no'), 'unknown'],
  ])('that says: %s', (_, count, status, body, state) => {
    expect(deliveredBy({ status, body }, count).state).toBe(state);
  });

  it('names what was wrong', () => {
    const body = JSON.stringify({ title: 'Bad', detail: 'it is bad', field_errors: { phase: 'unknown' } });
    expect(deliveredBy({ status: 400, body }, 1)).toMatchObject({ detail: 'HTTP 400, it is bad, phase: unknown' });
    const title = JSON.stringify({ title: 'Bad' });
    expect(deliveredBy({ status: 400, body: title }, 1)).toMatchObject({ detail: 'HTTP 400, Bad' });
    expect(deliveredBy({ status: 502, body: '' }, 1)).toMatchObject({ state: 'unknown', detail: 'HTTP 502' });
    expect(deliveredBy({ status: 500, body: title }, 1)).toMatchObject({ state: 'unclear', detail: 'HTTP 500, Bad' });
    expect(deliveredBy({ status: 201, body: '' }, 1)).toMatchObject({ state: 'unknown', detail: 'HTTP 201' });
  });

  it.each([
    [200, 'busy'],
    [299, 'busy'],
    [300, 'refused'],
    [401, 'refused'],
    [408, 'busy'],
    [413, 'refused'],
    [422, 'refused'],
    [425, 'busy'],
    [429, 'busy'],
    [499, 'refused'],
    [500, 'busy'],
    [503, 'busy'],
  ])('to a question, %i without rows is %s', (status, state) => {
    const answer = { status, retryAfter: '7', body: problem('it is so') };
    expect(notTold(answer)).toEqual({ state, detail: `HTTP ${status}, it is so`, retryAfterMs: 7_000 });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['600', 600_000],
    ['601', 600_000],
    ['9999999999', undefined],
    ['7 ', undefined],
    ['-7', undefined],
    ['99999999', 600_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined],
  ])('asks with Retry-After %s to be left alone for %s ms', (retryAfter, expected) => {
    expect(deliveredBy({ status: 429, body: '', retryAfter }, 1)).toMatchObject({ retryAfterMs: expected });
  });
});
