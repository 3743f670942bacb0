import { describe, expect, it } from '@jest/globals';
import { mergeConditions, type ConditionUpdate } from './conditions.ts';
import type { Condition } from './generated/workflow-execution.ts';

const earlier = '2026-01-02T03:04:05Z';
const now = new Date('2026-01-02T03:10:00.789Z');
const ready = { type: 'Ready', status: 'Unknown', reason: 'Running', message: 'runs' } as const;

describe('merging conditions', () => {
  it('adds a new one with a time in whole seconds', () => {
    expect(mergeConditions([], [ready], { now, generation: 2 })).toEqual([
      { ...ready, observedGeneration: 2, lastTransitionTime: '2026-01-02T03:10:00Z' },
    ]);
  });

  it('keeps the conditions of others', () => {
    const other: Condition = { ...ready, type: 'AuditRecorded', lastTransitionTime: earlier };
    expect(mergeConditions([other], [ready], { now })[0]).toBe(other);
  });

  it.each<[string, Partial<ConditionUpdate>, string]>([
    ['stays while the status does, even if other fields change', { reason: 'Other', message: 'other' }, earlier],
    ['moves with the status', { status: 'True' }, '2026-01-02T03:10:00Z'],
  ])('lastTransitionTime %s', (_what, change, expected) => {
    const before: Condition = { ...ready, lastTransitionTime: earlier };
    const [after] = mergeConditions([before], [{ ...ready, ...change }], { now });
    expect(after).toEqual({ ...ready, ...change, lastTransitionTime: expected });
  });

  it('truncates a message to the limit of the CRD', () => {
    const [after] = mergeConditions([], [{ ...ready, message: 'x'.repeat(5000) }], { now });
    expect(after?.message).toHaveLength(4096);
  });
});
