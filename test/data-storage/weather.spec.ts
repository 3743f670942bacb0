import { afterEach, describe, expect, it } from '@jest/globals';
import { Random } from '../storm/plan/random.ts';
import { aDouble, anEvent, eventually, failureOf, removeDoubles } from './data-storage.builders.ts';
import { always, byChance, fair, inTurn } from './weather/forecasts.ts';
import type { Odds } from './weather/forecasts.ts';
import type { Weather, WeatherRequest } from './weather/weather.ts';

afterEach(removeDoubles);

const inWeather = (...weathers: Weather[]) => aDouble({ forecast: inTurn(weathers) });

describe('weather', () => {
  it('is busy: 429 with the seconds to wait, and nothing is taken', async () => {
    const { post, double } = await inWeather({ kind: 'busy', retryAfterSeconds: 7 });

    const { status, headers, body } = await post(anEvent());

    expect([status, headers.get('retry-after'), body['title']]).toEqual([429, '7', 'Too Many Requests']);
    expect(double.rows).toEqual([]);
    expect((await post(anEvent())).status).toBe(201);
  });

  it('is broken: 500, and nothing is taken', async () => {
    const { post, double } = await inWeather({ kind: 'broken' });

    expect(await post(anEvent())).toMatchObject({ status: 500, body: { instance: '/api/v1/audit/events' } });
    expect(double.rows).toEqual([]);
  });

  it('is queued: 202, and the row is there when told', async () => {
    const { post, double, clock } = await inWeather({ kind: 'queued' });

    expect((await post(anEvent())).status).toBe(202);
    await clock.advance(3_600_000);
    expect(double.rows).toEqual([]);
    double.land();
    expect(double.rows).toHaveLength(1);
  });

  it('is queued: 202, and the row is there after a while, without those of later whiles', async () => {
    const { post, double, clock } = await inWeather(
      { kind: 'queued', landingMs: 5_000 },
      { kind: 'queued', landingMs: 9_000 },
    );
    await post(anEvent({ resource_id: 'first' }));
    await post(anEvent({ resource_id: 'second' }));

    await clock.advance(5_000);

    expect(double.rows).toMatchObject([{ event: { resource_id: 'first' } }]);
  });

  it('is queued, and a bad event is refused as ever', async () => {
    const { post } = await inWeather({ kind: 'queued' });

    expect((await post('{')).status).toBe(400);
  });

  it.each([
    ['resetBeforeTaking', 0],
    ['resetAfterTaking', 1],
  ] as const)('is %s: no answer, and %i rows', async (kind, rows) => {
    const { post, double } = await inWeather({ kind });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    expect(double.rows).toHaveLength(rows);
  });

  it('is halfAnswer: the row is there, and the body ends too early', async () => {
    const { double } = await inWeather({ kind: 'halfAnswer' });

    const response = await fetch(`${double.url}/api/v1/audit/events`, {
      method: 'POST',
      body: JSON.stringify(anEvent()),
    });

    expect(response.status).toBe(201);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(double.rows).toHaveLength(1);
  });

  it.each([
    ['hangBeforeTaking', 0],
    ['hangAfterTaking', 1],
  ] as const)('is %s: no answer until the double stops, and %i rows', async (kind, rows) => {
    const { promise: asked, resolve: told } = Promise.withResolvers<void>();
    const forecast = (): Weather => {
      told();
      return { kind };
    };
    const { post, double } = await aDouble({ forecast });

    const failure = failureOf(post(anEvent()));
    await asked;
    await eventually(`there are ${rows} rows`, () => double.rows.length === rows);
    await double.stop();

    // As undici has it when the other side ends a connection in good order, without an answer.
    expect(await failure).toBe('UND_ERR_SOCKET');
    expect(double.rows).toHaveLength(rows);
  });

  it('hangs until the client goes away, and others are answered meanwhile', async () => {
    const { post, double } = await inWeather({ kind: 'hangAfterTaking' });
    const leave = new AbortController();

    const failure = failureOf(post(anEvent(), { signal: leave.signal }));
    await eventually('the event is stored', () => double.rows.length === 1);
    expect((await post(anEvent())).status).toBe(201);
    leave.abort();

    expect(await failure).toBe('AbortError');
  });

  it('is refused: nobody can connect for a while, and then at the same place', async () => {
    const { post, double, clock } = await inWeather({ kind: 'refused', forMs: 30_000 });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    await eventually('the socket is closed', () => clock.pending === 1);
    expect(await failureOf(post(anEvent()))).toBe('ECONNREFUSED');

    await clock.advance(30_000);
    await eventually('the socket is open', async () => (await failureOf(post(anEvent()))) === undefined);
    expect(double.rows).toHaveLength(1);
  });

  it('is over when the double stops: nothing is left that would come later', async () => {
    const { post, double, clock } = await inWeather(
      { kind: 'queued', landingMs: 5_000 },
      { kind: 'refused', forMs: 30_000 },
    );
    await post(anEvent());
    await failureOf(post(anEvent()));
    await eventually('the socket is closed', () => clock.pending === 2);

    await double.stop();

    expect(clock.pending).toBe(0);
  });

  it('is refused until told otherwise', async () => {
    const { post, double } = await aDouble();

    await double.refuse();
    expect(await failureOf(post(anEvent()))).toBe('ECONNREFUSED');
    await double.accept();
    expect((await post(anEvent())).status).toBe(201);
  });

  it('changes when told, and knows of each request what is asked', async () => {
    const { post, search, double } = await aDouble();
    const asked: WeatherRequest[] = [];
    double.forecast((request) => {
      asked.push(request);
      return { kind: 'fair' };
    });

    await post(anEvent());
    await search('limit=1');

    expect(asked).toEqual([
      { number: 0, method: 'POST', path: '/api/v1/audit/events' },
      { number: 1, method: 'GET', path: '/api/v1/audit/events?limit=1' },
    ]);
  });

  it('that can not be told is a fault of the double, which says so', async () => {
    const { post } = await aDouble({ forecast: () => Promise.reject(new Error('no forecast')) });

    expect(await post(anEvent())).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining('no forecast') },
    });
  });
});

describe('a forecast', () => {
  const request: WeatherRequest = { number: 0, method: 'POST', path: '/' };
  const odds: Odds = [
    [7, { kind: 'fair' }],
    [2, { kind: 'resetAfterTaking' }],
    [1, { kind: 'busy', retryAfterSeconds: 1 }],
  ];
  const thousand = async (seed: number) => {
    const random = new Random(seed);
    const forecast = byChance(() => random.next(), odds);
    return Promise.all(Array.from({ length: 1_000 }, async () => (await forecast(request)).kind));
  };

  it('by chance is the same for the same seed, and another for another', async () => {
    expect(await thousand(1)).toEqual(await thousand(1));
    expect(await thousand(1)).not.toEqual(await thousand(2));
  });

  it('by chance keeps to its odds', async () => {
    const count = Map.groupBy(await thousand(1), (kind) => kind);

    expect(count.get('fair')?.length).toBeGreaterThan(600);
    expect(count.get('resetAfterTaking')?.length).toBeGreaterThan(150);
    expect(count.get('busy')?.length).toBeGreaterThan(50);
  });

  it('is read from a generator, and is fair after its end', async () => {
    async function* generator(): AsyncGenerator<Weather> {
      yield await Promise.resolve<Weather>({ kind: 'broken' });
    }
    const forecast = inTurn(generator());

    expect([await forecast(request), await forecast(request)]).toEqual([{ kind: 'broken' }, { kind: 'fair' }]);
  });

  it('may always be the same', () => {
    expect([fair(request), always({ kind: 'broken' })(request)]).toEqual([{ kind: 'fair' }, { kind: 'broken' }]);
  });
});
