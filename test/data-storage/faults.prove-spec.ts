// How the fake fails, and what it stores.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aFakeDataStorage, anEvent, eventually, failureOf, removeFakes } from './data-storage.builders.ts';
import { readRows } from './rows/database.ts';
import { inTurn } from './faults/fault-plans.ts';
import type { Fault } from './faults/fault.ts';

afterEach(removeFakes);

const twoMinutes = 120_000;
const withFaults = (...faults: Fault[]) => aFakeDataStorage({ faults: inTurn(faults) });

describe('a request', () => {
  it.each([
    [{ kind: 'busy', retryAfterSeconds: 7 }, 429, 0],
    [{ kind: 'error' }, 500, 0],
    [{ kind: 'queued' }, 202, 0],
    [{ kind: 'none' }, 201, 1],
  ] as const)('with the fault %j is answered with %i, and %i rows are stored', async (fault, status, rows) => {
    const { post, fake } = await withFaults(fault);

    const answer = await post(anEvent());

    expect([answer.status, fake.rows.length]).toEqual([status, rows]);
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
  });

  it.each([
    ['resetBeforeStoring', 0],
    ['resetAfterStoring', 1],
  ] as const)('with %s has no response, and %i rows are stored', async (kind, rows) => {
    const { post, fake } = await withFaults({ kind });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    expect(fake.rows).toHaveLength(rows);
  });

  it.each([
    ['hangBeforeStoring', 0],
    ['hangAfterStoring', 1],
  ] as const)('with %s hangs until its caller leaves, and %i rows are stored', async (kind, rows) => {
    const asked = Promise.withResolvers<void>();
    const faults = (): Fault => {
      asked.resolve();
      return { kind };
    };
    const { post, fake } = await aFakeDataStorage({ faults });
    const leave = new AbortController();

    const failure = failureOf(post(anEvent(), { signal: leave.signal }));
    await asked.promise;
    await eventually(`there are ${rows} rows`, () => fake.rows.length === rows);
    leave.abort();

    expect(await failure).toBe('AbortError');
  });

  it('that is truncated is stored, and its response breaks off', async () => {
    const { fake } = await withFaults({ kind: 'truncated' });

    const response = await fetch(`${fake.url}/api/v1/audit/events`, {
      method: 'POST',
      body: JSON.stringify(anEvent()),
    });

    await expect(response.text()).rejects.toThrow('terminated');
    expect(fake.rows).toHaveLength(1);
  });

  it('that is refused is followed by refused connections, and then by the service at the same address', async () => {
    const { post, fake, clock } = await withFaults({ kind: 'refused', forMs: 30_000 });

    expect(await failureOf(post(anEvent()))).toBe('ECONNRESET');
    await eventually('the socket is closed', () => clock.pending === 1);
    expect(await failureOf(post(anEvent()))).toBe('ECONNREFUSED');

    await clock.advance(30_000);
    await eventually('the socket is open', async () => (await failureOf(post(anEvent()))) === undefined);
    expect(fake.rows).toHaveLength(1);
  });

  it('that is queued is stored after its delay', async () => {
    const { post, fake, clock } = await withFaults({ kind: 'queued', storeAfterMs: 5_000 });
    await post(anEvent());

    await clock.advance(5_000);

    expect(fake.rows).toHaveLength(1);
  });
});

describe('while the database is away', () => {
  it('an event is queued, and stored two minutes after the return', async () => {
    const { post, search, fake, clock } = await aFakeDataStorage();
    fake.set({ database: 'away' });

    expect((await post(anEvent())).status).toBe(202);
    expect((await search()).status).toBe(500);
    await clock.advance(10 * twoMinutes);
    fake.set({ database: 'back' });
    await clock.advance(twoMinutes - 1);
    expect(fake.rows).toEqual([]);
    await clock.advance(1);

    expect(fake.rows.map(({ event }) => event)).toEqual([anEvent()]);
  });

  it('and the queue, an event is rejected after 1.8 s', async () => {
    const { post, fake, clock } = await aFakeDataStorage();
    fake.set({ database: 'away', queue: 'away' });

    const answer = post(anEvent());
    await eventually('the service waits', () => clock.nextIn === 1_800);
    await clock.advance(1_800);

    expect((await answer).status).toBe(500);
    expect(fake.queued).toEqual([]);
  });
});

describe('rows', () => {
  it('are on disk before the response, and survive restarts and a crash in the middle of a line', async () => {
    const before = await aFakeDataStorage();
    await before.post(anEvent());
    expect(readRows(before.directory)).toEqual(before.fake.rows);
    await before.fake.stop();
    const file = join(before.directory, 'events.jsonl');
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"event_id":"ha');

    const after = await aFakeDataStorage({ directory: before.directory });

    expect(after.fake.rows).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('that are queued survive a restart, and are stored once', async () => {
    const before = await aFakeDataStorage();
    before.fake.set({ database: 'away' });
    await before.post(anEvent());
    await before.fake.stop();

    for (let restart = 0; restart < 2; restart += 1) {
      const { fake, clock } = await aFakeDataStorage({ directory: before.directory });
      await clock.advance(twoMinutes);
      expect(fake.rows).toHaveLength(1);
      await fake.stop();
    }
  });
});
