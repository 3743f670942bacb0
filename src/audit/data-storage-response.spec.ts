import { describe, expect, it } from '@jest/globals';
import { parseIngestResponse, parseQueryError } from './data-storage-response.ts';

const problem = (detail: string) => JSON.stringify({ type: 'about:blank', title: 'A problem', status: 0, detail });

describe('a response of data storage', () => {
  it.each([
    ['the event is stored', 201, '{"event_id":"e1"}', 'recorded'],
    ['half a response', 201, '{"event_id":"e1', 'unknown'],
    ['an id that is not a string', 201, '{"event_id":5}', 'unknown'],
    ['a batch', 201, '{"event_ids":["e1"]}', 'unknown'],
    ['a success that it does not have', 200, '{"event_id":"e1"}', 'unknown'],
    ['the event is queued', 202, '{"status":"accepted","count":1}', 'accepted'],
    ['no redirect', 299, '', 'unknown'],
    ['several choices', 300, '', 'refused'],
    ['a redirect', 307, '', 'refused'],
    ['the event is invalid', 400, problem('bad'), 'invalid'],
    ['the token is invalid', 401, problem('who'), 'refused'],
    ['rights are missing', 403, problem('no'), 'refused'],
    ['there is no such path', 404, 'not found', 'refused'],
    ['the request was too slow', 408, '', 'busy'],
    ['the event is too large', 413, problem('large'), 'invalid'],
    ['the event cannot be processed', 422, problem('bad'), 'invalid'],
    ['too early', 425, '', 'busy'],
    ['too many requests', 429, problem('slow down'), 'busy'],
    ['the last of the refusals', 499, problem('no'), 'refused'],
    ['its database and its queue are down', 500, problem('down'), 'failed'],
    ['an error that is not its own', 500, '<html>', 'unknown'],
    ['a problem of a proxy', 501, problem('no'), 'unknown'],
    ['a proxy that has lost it', 502, problem('bad gateway'), 'unknown'],
    ['a proxy that waits no longer', 504, '', 'unknown'],
  ])('to an event: %s', (_, status, body, state) => {
    expect(parseIngestResponse({ status, body }).state).toBe(state);
  });

  it('says what is wrong', () => {
    const body = JSON.stringify({ title: 'Bad', detail: 'it is bad', field_errors: { phase: 'unknown' } });
    expect(parseIngestResponse({ status: 400, body })).toMatchObject({ detail: 'HTTP 400, it is bad, phase: unknown' });
    const title = JSON.stringify({ title: 'Bad' });
    expect(parseIngestResponse({ status: 400, body: title })).toMatchObject({ detail: 'HTTP 400, Bad' });
    expect(parseIngestResponse({ status: 502, body: '' })).toMatchObject({ state: 'unknown', detail: 'HTTP 502' });
    expect(parseIngestResponse({ status: 500, body: title })).toMatchObject({
      state: 'failed',
      detail: 'HTTP 500, Bad',
    });
    expect(parseIngestResponse({ status: 201, body: '' })).toMatchObject({ state: 'unknown', detail: 'HTTP 201' });
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
  ])('to a query: %i without rows is %s', (status, state) => {
    const answer = { status, retryAfter: '7', body: problem('it is so') };
    expect(parseQueryError(answer)).toEqual({ state, detail: `HTTP ${status}, it is so`, retryAfterMs: 7_000 });
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
  ])('with Retry-After %s: a pause of %s ms', (retryAfter, expected) => {
    expect(parseIngestResponse({ status: 429, body: '', retryAfter })).toMatchObject({ retryAfterMs: expected });
  });
});
