import { describe, expect, it } from '@jest/globals';
import { isFinal, isUnverified, notFound, notVerified, pending, recorded, unverified } from './event-state.ts';
import type { EventState, Unverified } from './event-state.ts';

const second = 1_000;
const timeouts = { settleMs: 300 * second, confirmMs: 3_600 * second };

/** The state of an event after queries at these seconds that have not found it; `failed` is a failed query. */
function afterQueries(
  state: Unverified['state'],
  queries: readonly (number | 'failed')[],
  limits = timeouts,
): EventState {
  return queries.reduce<EventState>(
    (event, query) => {
      if (!isUnverified(event)) throw new Error('it is not queried any more');
      return query === 'failed' ? notVerified(event) : notFound(event, query * second, limits);
    },
    unverified(state, 0, limits),
  );
}

describe('the first query of an event', () => {
  it.each([
    ['inDoubt', 3_600, 7],
    ['failed', 3_600, 7],
    ['accepted', 3_600, 12],
    ['accepted', 2, 9],
  ] as const)('that is %s, with %i s to confirm, happens at %i s', (state, confirm, at) => {
    const { recheckAtMs } = unverified(state, 7 * second, { ...timeouts, confirmMs: confirm * second });
    expect(recheckAtMs).toBe(at * second);
  });
});

describe('an event in doubt', () => {
  it('is sent again after it has been missing for the settle time', () => {
    expect(afterQueries('inDoubt', [0])).toMatchObject({ state: 'inDoubt', recheckAtMs: 300 * second });
    expect(afterQueries('inDoubt', [0, 100])).toMatchObject({ state: 'inDoubt', recheckAtMs: 300 * second });
    expect(afterQueries('inDoubt', [0, 300])).toEqual(pending);
  });

  it('has to be missing for the whole settle time after a failed query', () => {
    expect(afterQueries('inDoubt', [0, 200, 'failed', 210])).toMatchObject({ recheckAtMs: 510 * second });
    expect(afterQueries('inDoubt', [0, 200, 'failed', 210, 509])).toMatchObject({ state: 'inDoubt' });
    expect(afterQueries('inDoubt', [0, 200, 'failed', 210, 510])).toEqual(pending);
  });
});

describe('a failed event', () => {
  it('is sent again as soon as it is missing', () => {
    expect(afterQueries('failed', [0])).toEqual(pending);
  });
});

describe('an accepted event', () => {
  it('is queried less and less often, and given up after the time to confirm', () => {
    const pauses: number[] = [];
    let event: EventState = unverified('accepted', 0, timeouts);
    let now = event.recheckAtMs;
    while (isUnverified((event = notFound(event, now, timeouts)))) {
      pauses.push((event.recheckAtMs - now) / second);
      now = event.recheckAtMs;
    }
    expect(pauses.slice(0, 6)).toEqual([5, 5, 10, 20, 40, 60]);
    expect(now).toBe(3_605 * second);
    expect(event).toEqual({ state: 'notConfirmed', detail: '' });
  });

  it('is not queried later than it is given up', () => {
    const limits = { ...timeouts, confirmMs: 12 * second };
    expect(afterQueries('accepted', [5, 15], limits)).toMatchObject({ recheckAtMs: 17 * second });
    expect(afterQueries('accepted', [5, 15, 17], limits)).toMatchObject({ state: 'notConfirmed' });
  });

  it('is given up although queries fail now and then; the time around a failed query does not count', () => {
    const queries = [0, 3_000, 'failed', 90_000, 90_500, 'failed', 99_000, 99_099] as const;
    expect(afterQueries('accepted', queries)).toMatchObject({ state: 'accepted', missingForMs: 3_599 * second });
    expect(afterQueries('accepted', [...queries, 99_100])).toMatchObject({ state: 'notConfirmed' });
  });
});

it.each<[EventState, boolean, boolean]>([
  [pending, false, false],
  [unverified('inDoubt', 0, timeouts), true, false],
  [unverified('failed', 0, timeouts), true, false],
  [unverified('accepted', 0, timeouts), true, false],
  [recorded, false, true],
  [{ state: 'refused', detail: '' }, false, true],
  [{ state: 'abandoned', detail: '' }, false, true],
])('%j is unverified: %s, final: %s', (state, unverifiedToo, finalToo) => {
  expect([isUnverified(state), isFinal(state)]).toEqual([unverifiedToo, finalToo]);
});
