import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Lease } from '../kubernetes/lease.ts';
import { holderOf, lockName, lockPatch, newLock, readLock, UnreadableLockError } from './lock-lease.ts';
import type { Cooldown, LockRecord } from './lock-record.ts';
import { aCooldown, anId } from './replica.builders.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const target = 'payment/deployment/payment-api';
const held: LockRecord = { holder: anId('second'), cooldowns: [aCooldown('first', now)] };
const free: LockRecord = { cooldowns: [] };

/** A Lease as the API server has it. */
function stored(record: LockRecord, over: { annotations?: object; spec?: object } = {}): Lease {
  const { metadata, spec, ...rest } = newLock('kubernaut-system', target, record, now);
  return {
    ...rest,
    metadata: {
      ...metadata,
      uid: 'uid-lease',
      resourceVersion: '7',
      creationTimestamp: '2026-01-02T03:04:05Z',
      annotations: { ...metadata.annotations, ...over.annotations },
    },
    spec: { ...spec, ...over.spec },
  };
}

describe('the Lease of a target', () => {
  it('has a name that is the same for one target and another for every other', () => {
    expect(lockName(target)).toBe('wfe-target-cf0cc089293b1165dbc4751ed596de2a');
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(lockName(a) === lockName(b)).toBe(a === b);
        expect(lockName(a)).toMatch(/^wfe-target-[0-9a-f]{32}$/);
      }),
    );
  });

  it('writes the holder, its acquire time and the cooldowns into a Lease', () => {
    expect(newLock('kubernaut-system', target, held, now)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: lockName(target),
        namespace: 'kubernaut-system',
        labels: { 'kubernaut.ai/lock': 'target-resource', 'app.kubernetes.io/managed-by': 'workflow-execution' },
        annotations: {
          'kubernaut.ai/target-resource': target,
          'kubernaut.ai/cooldowns': JSON.stringify(held.cooldowns),
        },
      },
      spec: { holderIdentity: 'payment/second/uid-second', acquireTime: '2026-01-02T03:04:05.678000Z' },
    });
  });

  it('is patched on the version and the UID that were read', () => {
    expect(lockPatch(stored(held), free, now)).toEqual({
      metadata: { uid: 'uid-lease', resourceVersion: '7', annotations: { 'kubernaut.ai/cooldowns': null } },
      spec: { holderIdentity: null, acquireTime: null },
    });
    expect(lockPatch(stored(free), held, now)).toMatchObject({
      metadata: {
        uid: 'uid-lease',
        resourceVersion: '7',
        annotations: { 'kubernaut.ai/cooldowns': expect.any(String) },
      },
      spec: { holderIdentity: 'payment/second/uid-second', acquireTime: '2026-01-02T03:04:05.678000Z' },
    });
  });

  it('keeps the time at which its holder acquired it when another execution adds a cooldown', () => {
    const later = new Date('2026-01-02T04:00:00Z');
    const { spec } = stored(held);
    const patch = (record: LockRecord) => lockPatch(stored(held), record, later);

    expect(patch({ ...held, cooldowns: [] })).toMatchObject({ spec });
    expect(patch({ ...held, holder: anId('third') })).toMatchObject({
      spec: { acquireTime: '2026-01-02T04:00:00.000000Z' },
    });
  });

  it('is read as it was written', () => {
    const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
    const id = fc.record({ namespace: part, name: part, uid: fc.uuid() });
    const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    const fields: { readonly [Key in keyof Required<Cooldown>]: fc.Arbitrary<Cooldown[Key]> } = {
      workflowId: fc.string(),
      repository: fc.string(),
      execution: id,
      completionTime: moment.map((time) => time.toISOString()),
    };
    const cooldown = fc.record(fields, { requiredKeys: ['workflowId', 'execution', 'completionTime'] });
    const record = fc.record({ holder: id, cooldowns: fc.array(cooldown) }, { requiredKeys: ['cooldowns'] });
    fc.assert(
      fc.property(record, (written) => {
        const read = readLock(stored(written), new Date('2027-01-01'));
        expect(read).toEqual(written);
        expect(Object.hasOwn(read, 'holder')).toBe(written.holder !== undefined);
      }),
    );
  });
});

describe('the holder of a Lease', () => {
  it.each([
    ['payment/first/uid-first', anId('first')],
    ['', undefined],
    [undefined, undefined],
    ['somebody', 'unreadable'],
    ['payment/first', 'unreadable'],
    ['payment/first/', 'unreadable'],
    ['payment//uid-first', 'unreadable'],
    ['/first/uid-first', 'unreadable'],
    ['payment/first/uid-first/', 'unreadable'],
    ['payment/first/uid-first/more', 'unreadable'],
    ['kube-system/../u', 'unreadable'],
    ['ta/a?x=b/u', 'unreadable'],
    ['ta/a%2Fb/u', 'unreadable'],
    ['Payment/first/u', 'unreadable'],
    [`${'n'.repeat(64)}/first/u`, 'unreadable'],
    [`payment/${'a'.repeat(254)}/u`, 'unreadable'],
    [`payment/first/${'u'.repeat(129)}`, 'unreadable'],
    ['payment/first/a b', 'unreadable'],
    ['payment/first.second-3/u', { namespace: 'payment', name: 'first.second-3', uid: 'u' }],
  ])('%j is %j', (holderIdentity, expected) => {
    const lease = stored(free, { spec: { holderIdentity } });
    expect(holderOf(lease)).toEqual(expected);
    if (expected === 'unreadable') expect(() => readLock(lease, now)).toThrow(UnreadableLockError);
  });
});

describe('the cooldowns of a Lease', () => {
  const { workflowId, completionTime, execution } = aCooldown('first', now);
  const { namespace, name, uid } = execution;
  const long = 'a'.repeat(300);

  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['no list', { 0: aCooldown('first', now) }],
    ['a list of something else', ['restart']],
    ['no workflow', [{ completionTime, execution }]],
    ['no time', [{ workflowId, execution }]],
    ['a number for a time', [{ workflowId, completionTime: 2_026, execution }]],
    ['an invalid time', [{ workflowId, completionTime: 'yesterday', execution }]],
    ['no execution', [{ workflowId, completionTime }]],
    ['an execution without a namespace', [{ workflowId, completionTime, execution: { name, uid } }]],
    ['an execution without a name', [{ workflowId, completionTime, execution: { namespace, uid } }]],
    ['an execution without a UID', [{ workflowId, completionTime, execution: { namespace, name } }]],
    ['an execution whose name is too long', [{ workflowId, completionTime, execution: { ...execution, name: long } }]],
    ['an execution whose UID is a path', [{ workflowId, completionTime, execution: { ...execution, uid: '../u' } }]],
    ['a time in the future', [{ workflowId, completionTime: '2999-01-01T00:00:00Z', execution }]],
    ['one of two that cannot be read', [aCooldown('first', now), {}]],
  ])('are unreadable when there is %s', (_, cooldowns) => {
    const text = cooldowns === undefined ? '[' : JSON.stringify(cooldowns);
    const lease = stored(free, { annotations: { 'kubernaut.ai/cooldowns': text } });
    expect(() => readLock(lease, now)).toThrow(UnreadableLockError);
  });

  it('may be a little ahead of the clock of this replica', () => {
    const ahead = aCooldown('first', new Date(now.getTime() + 60_000));
    const record = { cooldowns: [ahead] };
    expect(readLock(stored(record), now)).toEqual(record);
  });

  it('keep known fields only', () => {
    const more = [{ ...aCooldown('first', now), later: 1, repository: 1, execution: { ...execution, later: 1 } }];
    const lease = stored(free, { annotations: { 'kubernaut.ai/cooldowns': JSON.stringify(more) } });
    expect(readLock(lease, now)).toStrictEqual({ cooldowns: [aCooldown('first', now)] });
  });
});

it('an unreadable Lease is reported with its target and a remedy', () => {
  const lease = stored(free, { spec: { holderIdentity: 'somebody' } });
  const read = () => readLock(lease, now);
  expect(read).toThrow(`Lease kubernaut-system/${lockName(target)} of target ${target} `);
  expect(read).toThrow('Make sure that nothing runs on the target, then delete the Lease.');
  const metadata = { ...lease.metadata, annotations: undefined };
  expect(() => readLock({ ...lease, metadata }, now)).toThrow(' of target ? ');
  expect(read).toThrow(expect.objectContaining({ name: 'UnreadableLockError' }));
});
