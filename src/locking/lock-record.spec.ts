import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideClaim, isSame, isCollectable, released, unusedLock, withCooldowns } from './lock-record.ts';
import type { Claim, Cooldown, ExecutionId, LockRecord } from './lock-record.ts';

const now = new Date('2026-01-02T03:04:05Z');
const minutes = 60_000;
const first = { namespace: 'payment', name: 'first', uid: 'uid-1' };
const second = { namespace: 'payment', name: 'second', uid: 'uid-2' };
const claim: Claim = { execution: second, workflowId: 'restart' };

const endedMinutesAgo = (age: number, workflowId = 'restart', execution: ExecutionId = first): Cooldown => ({
  workflowId,
  execution,
  completionTime: new Date(now.getTime() - age * minutes).toISOString(),
});

describe('a claim on a target', () => {
  it('is granted when the target has no holder', () => {
    expect(decideClaim(unusedLock, claim, now, 5 * minutes)).toEqual({
      kind: 'free',
      next: { holder: second, cooldowns: [] },
    });
  });

  it('is granted again to its holder', () => {
    expect(decideClaim({ holder: second, cooldowns: [] }, claim, now, 5 * minutes)).toEqual({ kind: 'ours' });
  });

  it('is refused during a cooldown even to the holder, since anyone may have written that', () => {
    const record = { holder: second, cooldowns: [endedMinutesAgo(2)] };
    expect(decideClaim(record, claim, now, 5 * minutes)).toMatchObject({ kind: 'cooling-down', earlier: first });
  });

  it.each([
    ['another execution', first],
    ['an earlier execution of the same name', { ...second, uid: 'uid-0' }],
    ['an execution of the same name in another namespace', { ...second, namespace: 'checkout' }],
    ['an execution of another name', { ...second, name: 'third' }],
  ])('is refused when %s has the target', (_who, holder) => {
    expect(decideClaim({ holder, cooldowns: [] }, claim, now, 5 * minutes)).toEqual({ kind: 'held', holder });
  });

  it('is refused during the cooldown of the same workflow, with the remaining time', () => {
    const record = { cooldowns: [endedMinutesAgo(2)] };
    expect(decideClaim(record, claim, now, 5 * minutes)).toEqual({
      kind: 'cooling-down',
      earlier: first,
      remainingMs: 3 * minutes,
    });
  });

  it('that overrides the cooldown is granted during it, but not while another execution has the target', () => {
    const override = { ...claim, overridesCooldown: true };
    const cooldowns = [endedMinutesAgo(2)];
    expect(decideClaim({ cooldowns }, override, now, 5 * minutes)).toEqual({
      kind: 'free',
      next: { holder: second, cooldowns },
    });
    expect(decideClaim({ holder: first, cooldowns }, override, now, 5 * minutes)).toEqual({
      kind: 'held',
      holder: first,
    });
  });

  it.each([
    ['the cooldown has passed', endedMinutesAgo(5), 5 * minutes],
    ['another workflow cools down', endedMinutesAgo(1, 'scale-up'), 5 * minutes],
    ['the cooldown is turned off', endedMinutesAgo(0), 0],
  ])('is granted when %s', (_case, cooldown, cooldownMs) => {
    expect(decideClaim({ cooldowns: [cooldown] }, claim, now, cooldownMs).kind).toBe('free');
  });

  it('names the execution that ended last of several cooldowns', () => {
    const record = { cooldowns: [endedMinutesAgo(4), endedMinutesAgo(1, 'restart', { ...first, uid: 'uid-9' })] };
    expect(decideClaim(record, claim, now, 5 * minutes)).toMatchObject({ earlier: { uid: 'uid-9' } });
  });

  it('never waits longer than the cooldown, also when clocks differ', () => {
    const record = { cooldowns: [endedMinutesAgo(-60)] };
    expect(decideClaim(record, claim, now, 5 * minutes)).toMatchObject({ remainingMs: 5 * minutes });
  });
});

describe('giving a target back', () => {
  const held: LockRecord = { holder: first, cooldowns: [] };

  it('frees it and remembers what ended', () => {
    const cooldown = endedMinutesAgo(0);
    expect(released(held, first, cooldown, now, 5 * minutes)).toEqual({ cooldowns: [cooldown] });
  });

  it('does not remember an execution whose steps did not run', () => {
    expect(released(held, first, undefined, now, 5 * minutes)).toEqual({ cooldowns: [] });
  });

  it('keeps the current holder of the target', () => {
    expect(released(held, second, undefined, now, 5 * minutes)).toBe(held);
  });

  it('keeps the cooldown of an execution that no longer has the target', () => {
    const cooldown = endedMinutesAgo(1, 'restart', second);
    expect(released(held, second, cooldown, now, 5 * minutes)).toEqual({ holder: first, cooldowns: [cooldown] });
  });

  it('changes nothing when it is done twice', () => {
    const once = released(held, first, endedMinutesAgo(0), now, 5 * minutes);
    expect(released(once, first, endedMinutesAgo(0), now, 5 * minutes)).toBe(once);
  });

  it('drops cooldowns that have passed', () => {
    const record = { holder: first, cooldowns: [endedMinutesAgo(6, 'scale-up', second)] };
    expect(released(record, first, undefined, now, 5 * minutes).cooldowns).toEqual([]);
  });

  it.each([5, 6])('adds no cooldown for an execution that ended %i minutes ago', (age) => {
    expect(released(held, first, endedMinutesAgo(age), now, 5 * minutes)).toEqual({ cooldowns: [] });
    const free = { cooldowns: [] };
    expect(released(free, first, endedMinutesAgo(age), now, 5 * minutes)).toBe(free);
  });

  it('remembers a bounded number of the newest', () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      endedMinutesAgo(index / 100, `workflow-${index}`, { ...second, uid: `uid-${index}` }),
    );
    const { cooldowns } = released({ holder: first, cooldowns: many }, first, undefined, now, 5 * minutes);
    expect(cooldowns).toHaveLength(128);
    expect(cooldowns[0]?.workflowId).toBe('workflow-0');
    const oldestFirst = { holder: first, cooldowns: many.toReversed() };
    expect(released(oldestFirst, first, undefined, now, 5 * minutes).cooldowns).toEqual(cooldowns);
  });
});

describe('a lock', () => {
  it.each([
    ['there is neither a holder nor a cooldown', unusedLock, true],
    ['all cooldowns have passed', { cooldowns: [endedMinutesAgo(9)] }, true],
    ['something cools down', { cooldowns: [endedMinutesAgo(1)] }, false],
    ['there is a holder', { holder: first, cooldowns: [] }, false],
  ])('may be removed when %s: %#', (_case, record, expected) => {
    expect(isCollectable(record, now, 5 * minutes)).toBe(expected);
  });

  it('never passes from one execution to another without a release', () => {
    const executions = [first, second, { ...first, uid: 'uid-3' }];
    const anyExecution = fc.constantFrom(...executions);
    const anyStep = fc.record({ execution: anyExecution, gives: fc.boolean(), seconds: fc.nat({ max: 600 }) });
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        let record: LockRecord = unusedLock;
        let at = now.getTime();
        for (const { execution, gives, seconds } of steps) {
          at += seconds * 1000;
          const before = record.holder;
          if (gives) {
            const cooldown = { workflowId: 'restart', execution, completionTime: new Date(at).toISOString() };
            record = released(record, execution, cooldown, new Date(at), 5 * minutes);
            if (before !== undefined && !isSame(before, execution)) expect(record.holder).toEqual(before);
          } else {
            const decision = decideClaim(record, { execution, workflowId: 'restart' }, new Date(at), 5 * minutes);
            if (decision.kind !== 'free') continue;
            expect(before).toBeUndefined();
            record = decision.next;
          }
        }
      }),
    );
  });
});

describe('the cooldowns of a record', () => {
  const third = { ...first, name: 'third', uid: 'uid-3' };

  it('are kept in addition to those of executions', () => {
    const [known, given] = [endedMinutesAgo(2, 'restart', third), endedMinutesAgo(1)];
    expect(withCooldowns({ holder: second, cooldowns: [known] }, [given])).toEqual({
      holder: second,
      cooldowns: [given, known],
    });
  });

  it('are replaced by those of their execution', () => {
    const given = endedMinutesAgo(1);
    expect(withCooldowns({ cooldowns: [endedMinutesAgo(4)] }, [given])).toEqual({ cooldowns: [given] });
  });
});
