import { describe, expect, it } from '@jest/globals';
import { deliveredBy } from './data-storage-answer.ts';

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
  ])('that says: %s', (_, count, status, body, state) => {
    expect(deliveredBy({ status, body }, count).state).toBe(state);
  });

  it('names what was wrong', () => {
    const body = JSON.stringify({ title: 'Bad', detail: 'it is bad', field_errors: { phase: 'unknown' } });
    expect(deliveredBy({ status: 400, body }, 1)).toMatchObject({ detail: 'HTTP 400, it is bad, phase: unknown' });
  });

  it.each([
    ['7', 7_000],
    ['99999999', 600_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined],
  ])('asks with Retry-After %s to be left alone for %s ms', (retryAfter, expected) => {
    expect(deliveredBy({ status: 429, body: '', retryAfter }, 1)).toMatchObject({ retryAfterMs: expected });
  });
});
