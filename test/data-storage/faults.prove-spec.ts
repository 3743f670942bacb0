// How the fake fails when it is told to, and what it keeps.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aDouble, anEvent, eventually, failureOf, removeDoubles } from './data-storage.builders.ts';
import { readRows } from './rows/database.ts';
import { inTurn } from './weather/forecasts.ts';
import type { Weather } from './weather/weather.ts';

afterEach(removeDoubles);

const twoMinutes = 120_000;
const inWeather = (...weathers: Weather[]) => aDouble({ forecast: inTurn(weathers) });

describe('a request', () => {
  it.each([
    [{ kind: 'busy', retryAfterSeconds: 7 }, 429, 0],
    [{ kind: 'broken' }, 500, 0],
    [{ kind: 'queued' }, 202, 0],
    [{ kind: 'fair' }, 201, 1],
  ] as const)('in %j is answered with %i, and %i rows are there', async (weather, status, rows) => {
    const { post, double } = await inWeather(weather);

    const answer = await post(anEvent());

    expect([answer.status, double.rows.length]).toEqual([status, rows]);
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
  });

  it.each([
    ['resetBeforeTaking', 0],
    ['resetAfterTaking', 1],
  ] as const)('in %s has no answer, and %i rows are there', async (kind, rows) => {
    const { post, double } = await inWeather({ kind });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    expect(double.rows).toHaveLength(rows);
  });

  it.each([
    ['hangBeforeTaking', 0],
    ['hangAfterTaking', 1],
  ] as const)('in %s hangs until its caller leaves, and %i rows are there', async (kind, rows) => {
    const asked = Promise.withResolvers<void>();
    const forecast = (): Weather => {
      asked.resolve();
      return { kind };
    };
    const { post, double } = await aDouble({ forecast });
    const leave = new AbortController();

    const failure = failureOf(post(anEvent(), { signal: leave.signal }));
    await asked.promise;
    await eventually(`there are ${rows} rows`, () => double.rows.length === rows);
    leave.abort();

    expect(await failure).toBe('AbortError');
  });

  it('in halfAnswer is taken, and its answer breaks off', async () => {
    const { double } = await inWeather({ kind: 'halfAnswer' });

    const response = await fetch(`${double.url}/api/v1/audit/events`, {
      method: 'POST',
      body: JSON.stringify(anEvent()),
    });

    await expect(response.text()).rejects.toThrow('terminated');
    expect(double.rows).toHaveLength(1);
  });

  it('in refused finds nobody for a while, and then the service where it was', async () => {
    const { post, double, clock } = await inWeather({ kind: 'refused', forMs: 30_000 });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    await eventually('the socket is closed', () => clock.pending === 1);
    expect(await failureOf(post(anEvent()))).toBe('ECONNREFUSED');

    await clock.advance(30_000);
    await eventually('the socket is open', async () => (await failureOf(post(anEvent()))) === undefined);
    expect(double.rows).toHaveLength(1);
  });

  it('that is queued lands after its time', async () => {
    const { post, double, clock } = await inWeather({ kind: 'queued', landingMs: 5_000 });
    await post(anEvent());

    await clock.advance(5_000);

    expect(double.rows).toHaveLength(1);
  });
});

describe('while the database is away', () => {
  it('an event is queued, and lands two minutes after the return', async () => {
    const { post, search, double, clock } = await aDouble();
    double.set({ database: 'away' });

    expect((await post(anEvent())).status).toBe(202);
    expect((await search()).status).toBe(500);
    await clock.advance(10 * twoMinutes);
    double.set({ database: 'back' });
    await clock.advance(twoMinutes - 1);
    expect(double.rows).toEqual([]);
    await clock.advance(1);

    expect(double.rows.map(({ event }) => event)).toEqual([anEvent()]);
  });

  it('and the queue too, nothing is taken, and it takes 1.8 s to say so', async () => {
    const { post, double, clock } = await aDouble();
    double.set({ database: 'away', queue: 'away' });

    const answer = post(anEvent());
    await eventually('the service waits', () => clock.nextIn === 1_800);
    await clock.advance(1_800);

    expect((await answer).status).toBe(500);
    expect(double.queued).toEqual([]);
  });
});

describe('rows', () => {
  it('are on the disk when the answer comes, and outlive the service, also a crash in the middle of a line', async () => {
    const before = await aDouble();
    await before.post(anEvent());
    expect(readRows(before.directory)).toEqual(before.double.rows);
    await before.double.stop();
    const file = join(before.directory, 'events.jsonl');
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"event_id":"ha');

    const after = await aDouble({ directory: before.directory });

    expect(after.double.rows).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('that are queued outlive the service, and land once', async () => {
    const before = await aDouble();
    before.double.set({ database: 'away' });
    await before.post(anEvent());
    await before.double.stop();

    for (let restart = 0; restart < 2; restart += 1) {
      const { double, clock } = await aDouble({ directory: before.directory });
      await clock.advance(twoMinutes);
      expect(double.rows).toHaveLength(1);
      await double.stop();
    }
  });
});
