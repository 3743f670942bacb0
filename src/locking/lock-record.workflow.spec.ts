import { describe, expect, it } from '@jest/globals';
import { newLock, readLock } from './lock-lease.ts';
import { decideClaim, withCooldowns, type Claim, type Cooldown } from './lock-record.ts';

const now = new Date('2026-01-02T03:04:05Z');
const cooldownMs = 300_000;
const anId = (name: string) => ({ namespace: 'payment', name, uid: `uid-${name}` });
const claim: Claim = { execution: anId('second'), workflowId: 'restart', repository: 'quay.io/kubernaut/restart' };

/** An execution that ended a minute ago. */
function aCooldown(over: Partial<Cooldown> = {}): Cooldown {
  const { workflowId, repository } = claim;
  const completionTime = new Date(now.getTime() - 60_000).toISOString();
  return { workflowId, repository, execution: anId('first'), completionTime, ...over };
}

function decide(cooldown: Cooldown, asking: Claim = claim): string {
  return decideClaim({ cooldowns: [cooldown] }, asking, now, cooldownMs).kind;
}

describe('a workflow', () => {
  it('cools down when its id and the repository of its bundle are the same', () => {
    expect(decide(aCooldown())).toBe('cooling-down');
  });

  it('does not cool down after a run of another bundle under the same id', () => {
    expect(decide(aCooldown({ repository: 'ghcr.io/mallory/restart' }))).toBe('free');
  });

  it('does not cool down after a run of another id from the same repository', () => {
    expect(decide(aCooldown({ workflowId: 'scale-up' }))).toBe('free');
  });

  it('is identified by its id alone if a repository is unknown', () => {
    expect(decide(aCooldown({ repository: undefined }))).toBe('cooling-down');
    expect(decide(aCooldown(), { ...claim, repository: undefined })).toBe('cooling-down');
  });

  it('is read from the Lease as it was written', () => {
    const record = { cooldowns: [aCooldown(), aCooldown({ execution: anId('older'), repository: undefined })] };
    const { metadata, spec, ...rest } = newLock('kubernaut-system', 'payment/deployment/api', record, now);
    const stored = { ...metadata, uid: 'uid', resourceVersion: '1', creationTimestamp: now.toISOString() };
    expect(readLock({ ...rest, metadata: stored, spec }, now)).toEqual(record);
  });
});

describe('the cooldowns of a lock', () => {
  it('are completed by those of existing executions', () => {
    const [known, lost] = [aCooldown(), aCooldown({ execution: anId('lost') })];
    expect(withCooldowns({ cooldowns: [known] }, [known, lost]).cooldowns).toEqual([known, lost]);
  });

  it('are those of the execution, regardless of the record', () => {
    const [written, given] = [aCooldown({ completionTime: '2026-01-01T00:00:00Z' }), aCooldown()];
    expect(withCooldowns({ cooldowns: [written] }, [given]).cooldowns).toEqual([given]);
  });

  it('are limited to what a Lease can hold', () => {
    const other = { workflowId: 'scale-up' };
    const many = Array.from({ length: 200 }, (_, index) => aCooldown({ ...other, execution: anId(`e-${index}`) }));
    const decision = decideClaim({ cooldowns: many }, claim, now, cooldownMs);
    expect(decision.kind === 'free' && decision.next.cooldowns).toHaveLength(128);
  });
});
