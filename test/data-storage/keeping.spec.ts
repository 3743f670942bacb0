import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/execution/idempotency/canonical-json.ts';
import { aDirectory, aDouble, anEvent, eventually, removeDoubles } from './data-storage.builders.ts';
import { readRows } from './rows/database.ts';

afterEach(removeDoubles);

const ofOther = { correlation_id: 'rr-other' };
const twoMinutes = 120_000;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const names = (rows: readonly { event: { resource_id?: string } }[]) => rows.map(({ event }) => event.resource_id);

describe('rows', () => {
  it('are on the disk when the answer comes', async () => {
    const { post, double, directory } = await aDouble();

    await post(anEvent());

    expect(readRows(directory)).toEqual(double.rows);
    expect(readRows(directory)).toHaveLength(1);
  });

  it('are chained by hashes, each correlation id by itself', async () => {
    const { postBatch, double } = await aDouble();
    const [a, b, c] = [anEvent(), anEvent(ofOther), anEvent({ resource_id: 'we-2' })];

    await postBatch([a, b, c]);

    const first = sha256(canonicalJson(a));
    expect(double.rows.map(({ hash }) => hash)).toEqual([
      first,
      sha256(canonicalJson(b)),
      sha256(first + canonicalJson(c)),
    ]);
  });

  it('outlive the double, and are gone on with', async () => {
    const before = await aDouble();
    await before.post(anEvent());
    await before.double.stop();

    const after = await aDouble({ directory: before.directory });
    await after.post(anEvent({ resource_id: 'we-2' }));

    expect(names(after.double.rows)).toEqual(['we-crash', 'we-2']);
    const first = sha256(canonicalJson(anEvent()));
    expect(after.double.rows[1]?.hash).toBe(sha256(first + canonicalJson(anEvent({ resource_id: 'we-2' }))));
  });

  it('are gone on with after a crash in the middle of a line', async () => {
    const before = await aDouble();
    await before.post(anEvent());
    await before.double.stop();
    const file = join(before.directory, 'events.jsonl');
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"event_id":"ha');

    await aDouble({ directory: before.directory });

    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('are not made of anything else', async () => {
    const directory = aDirectory();
    appendFileSync(join(directory, 'events.jsonl'), '{"event_id":"1"}\n');

    await expect(aDouble({ directory })).rejects.toThrow('line 1 is not a row');
  });
});

describe('while the database is away', () => {
  it('an event is queued, and its row is there two minutes after the return', async () => {
    const { post, double, clock } = await aDouble();
    double.set({ database: 'away' });

    const { status, body } = await post(anEvent());
    await clock.advance(10 * twoMinutes);

    expect([status, body]).toEqual([202, { status: 'accepted', message: expect.any(String) }]);
    expect(double.rows).toEqual([]);

    double.set({ database: 'back' });
    await clock.advance(twoMinutes - 1);
    expect(double.rows).toEqual([]);
    await clock.advance(1);
    expect(double.rows.map(({ event }) => event)).toEqual([anEvent()]);
    expect(double.queued).toEqual([]);
  });

  it('a batch is queued', async () => {
    const { postBatch, double } = await aDouble();
    double.set({ database: 'away' });

    const { status, body } = await postBatch([anEvent(), anEvent()]);

    expect(status).toBe(202);
    expect(body).toEqual({ status: 'accepted', message: expect.any(String), count: 2 });
  });

  it('a bad event is refused as ever', async () => {
    const { post, double } = await aDouble();
    double.set({ database: 'away' });

    expect((await post(anEvent({ version: '2.0' }))).status).toBe(400);
  });

  it('nothing can be found', async () => {
    const { search, double } = await aDouble();
    double.set({ database: 'away' });

    expect((await search()).status).toBe(500);
  });

  it('what is queued keeps its place, and new events come first', async () => {
    const { post, double, clock } = await aDouble();
    double.set({ database: 'away' });
    await post(anEvent({ resource_id: 'queued-1' }));
    await post(anEvent({ resource_id: 'queued-2' }));
    double.set({ database: 'back' });
    await post(anEvent({ resource_id: 'new' }));

    await clock.advance(twoMinutes);

    expect(names(double.rows)).toEqual(['new', 'queued-1', 'queued-2']);
  });

  it('nothing lands, not even when told', async () => {
    const { post, double } = await aDouble();
    double.set({ database: 'away' });
    await post(anEvent());

    double.land();
    expect(double.rows).toEqual([]);
    double.set({ database: 'back' });
    double.land();
    expect(double.rows).toHaveLength(1);
  });

  it('what is queued outlives the double, and lands once', async () => {
    const before = await aDouble();
    before.double.set({ database: 'away' });
    await before.post(anEvent());
    await before.double.stop();

    const after = await aDouble({ directory: before.directory });
    await after.clock.advance(twoMinutes);
    expect(after.double.rows).toHaveLength(1);
    await after.double.stop();

    const later = await aDouble({ directory: before.directory });
    await later.clock.advance(twoMinutes);
    expect(later.double.rows).toHaveLength(1);
  });

  it.each(['post', 'postBatch'] as const)('and the queue too, it takes 1.8 s to say so to a %s', async (send) => {
    const running = await aDouble();
    const { double, clock } = running;
    double.set({ database: 'away', queue: 'away' });

    const answer = running[send](send === 'post' ? anEvent() : [anEvent()]);
    await eventually('the double waits', () => clock.pending === 1);
    expect(clock.nextIn).toBe(1_800);
    await clock.advance(1_800);

    expect((await answer).status).toBe(500);
    double.set({ database: 'back', queue: 'back' });
    double.land();
    expect([double.rows, double.queued]).toEqual([[], []]);
  });
});
