import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { anAdmission, anEndedExecution } from './audit.builders.ts';
import type { AuditEvent } from './audit-event.ts';
import { auditEvent } from './build-event.ts';
import type { EventStore, Told } from './event-store.ts';
import { Inquiry } from './inquiry.ts';
import { Outbox, type Item } from './outbox.ts';

const second = 1_000;
const busy = { state: 'busy', detail: 'HTTP 429', retryAfterMs: 5 } as const;
const refused = { state: 'refused', detail: 'HTTP 403' } as const;

/** An execution whose correlation id is its name without what is after the dash. */
const executionOf = (uid: string) =>
  anEndedExecution({ metadata: { name: uid }, spec: { remediationRequestRef: { name: uid.split('-')[0] ?? uid } } });
const nameOf = ({ uid, due }: Item) => `${uid}/${due.kind}`;

/** An inquiry of an outbox, with a store that says what it is told to by correlation id. */
function anInquiry(answers: Readonly<Record<string, Told>> = {}, gone: readonly string[] = []) {
  const clock = new FakeClock(new Date(0));
  const outbox = new Outbox({ settleMs: 300 * second, confirmMs: 600 * second });
  const [asked, finished, givenUp]: [string[], string[], string[]] = [[], [], []];
  const events: AuditEvent[] = [];
  const store: Pick<EventStore, 'rows'> = {
    rows(correlationId) {
      asked.push(correlationId);
      return Promise.resolve(answers[correlationId] ?? { state: 'told', rows: events });
    },
  };
  const inquiry = new Inquiry({
    outbox,
    clock,
    store: store as EventStore,
    eventOf: ({ uid, due }) => (gone.includes(uid) ? undefined : auditEvent(executionOf(uid), due)),
    finish: (item, state) => void finished.push(`${nameOf(item)} ${state}`),
    giveUp: (item, event, state) => void givenUp.push(`${nameOf(item)} ${event.event_action} ${state}`),
  });
  const admit = (uid: string, state: 'due' | 'unsure' = 'unsure') =>
    void outbox.admit(anAdmission(uid, ['accepted'], uid.split('-')[0]), state, clock.elapsedMs());
  return { clock, outbox, inquiry, asked, finished, givenUp, events, admit };
}

describe('an inquiry', () => {
  it('asks nothing when nothing is in doubt', async () => {
    const { inquiry, admit, asked } = anInquiry();
    admit('a', 'due');
    await expect(inquiry.ask()).resolves.toEqual({ state: 'nothing' });
    expect(asked).toEqual([]);
  });

  it('asks once for each correlation id, and for none whose execution is gone', async () => {
    const { inquiry, admit, asked } = anInquiry({}, ['c']);
    for (const uid of ['a-1', 'a-2', 'b', 'c']) admit(uid);
    await expect(inquiry.ask()).resolves.toEqual({ state: 'told' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('says that there was nothing when all executions are gone', async () => {
    const { inquiry, admit, asked } = anInquiry({}, ['a']);
    admit('a');
    await expect(inquiry.ask()).resolves.toEqual({ state: 'nothing' });
    expect(asked).toEqual([]);
  });

  it('finishes what is there, and what is not there waits for its time', async () => {
    const { inquiry, admit, finished, givenUp, events, outbox } = anInquiry();
    for (const uid of ['a', 'b']) admit(uid);
    events.push(auditEvent(executionOf('a'), { kind: 'accepted', time: '2026-01-02T03:04:05Z' }));
    await inquiry.ask();
    expect([finished, givenUp]).toEqual([['a/accepted recorded'], []]);
    expect(outbox.unfinished('b')).toMatchObject([{ misses: 1, lookAtMs: 300 * second }]);
  });

  it('gives up what was queued and has not come in its time', async () => {
    const { inquiry, admit, givenUp, outbox, clock } = anInquiry();
    admit('a', 'due');
    outbox.move(outbox.nextBatch(1)[0]!, 'queued', 0);
    for (let i = 0; i < 20; i += 1) {
      await clock.advance(60 * second);
      if (givenUp.length === 0) await inquiry.ask();
    }
    expect(givenUp).toEqual(['a/accepted completed notConfirmed']);
  });

  it.each([busy, refused])('says with what it failed when the store is $state, and asks again', async (answer) => {
    const { inquiry, admit, outbox, finished } = anInquiry({ a: answer });
    for (const uid of ['a-1', 'a-2']) admit(uid);
    const asked = await inquiry.ask();
    expect(asked).toMatchObject({ ...answer, isAll: true });
    expect('items' in asked && asked.items.map(nameOf)).toEqual(['a-1/accepted', 'a-2/accepted']);
    expect(finished).toEqual([]);
    expect(outbox.unfinished('a-1')[0]).toMatchObject({ misses: 0, missedForMs: 0 });
  });

  it('goes on with the others when one question fails', async () => {
    const { inquiry, admit, finished, events } = anInquiry({ a: busy });
    for (const uid of ['a', 'b']) admit(uid);
    events.push(auditEvent(executionOf('b'), { kind: 'accepted', time: '2026-01-02T03:04:05Z' }));
    await expect(inquiry.ask()).resolves.toMatchObject({ state: 'busy', isAll: false });
    expect(finished).toEqual(['b/accepted recorded']);
  });

  it('counts the time in which the store cannot be asked for nothing', async () => {
    const answers: Record<string, Told> = { a: { state: 'told', rows: [] } };
    const { inquiry, admit, outbox, clock } = anInquiry(answers);
    admit('a');
    await inquiry.ask();
    await clock.advance(300 * second);
    answers['a'] = busy;
    await inquiry.ask();
    answers['a'] = { state: 'told', rows: [] };
    await inquiry.ask();
    expect(outbox.unfinished('a')[0]).toMatchObject({ state: 'unsure', lookAtMs: 600 * second });
  });

  it('asks for 64 events at most in one turn', async () => {
    const { inquiry, admit, asked } = anInquiry();
    for (let i = 0; i < 65; i += 1) admit(`e${i}`);
    await inquiry.ask();
    expect(asked).toHaveLength(64);
    await inquiry.ask();
    expect(asked).toHaveLength(65);
  });
});
