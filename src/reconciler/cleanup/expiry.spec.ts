import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import { FinishedExecution } from '../history/finished-execution.ts';
import { expiredExecutions, oldest, type HistoryConfig } from './expiry.ts';
import { aDoneExecution } from './settlement.builders.ts';

const day = 86_400_000;
const config: HistoryConfig = { ttlSuccessMs: 7 * day, ttlFailureMs: 30 * day, ttlSkippedMs: day, historyLimit: 0 };
const finishedAt = Date.parse('2026-01-02T03:00:00Z');

interface Given {
  readonly namespace?: string;
  readonly phase?: WorkflowExecutionStatus['phase'];
  readonly ttl?: number;
  readonly minute?: number;
  readonly deletionTimestamp?: string;
}

/** A finished execution that ended at a minute. */
function finished(name: string, { namespace = 'payment', phase = 'Completed', ttl, minute = 0, ...over }: Given = {}) {
  const completionTime = new Date(finishedAt + minute * 60_000).toISOString();
  const spec = ttl === undefined ? {} : { ttlSecondsAfterFinished: ttl };
  const metadata = { namespace, name, uid: `uid-${name}`, ...over };
  return new FinishedExecution(aDoneExecution({ metadata, spec, status: { phase, completionTime } }));
}

function expired(executions: readonly ReturnType<typeof finished>[], over: Partial<HistoryConfig> = {}, afterMs = 0) {
  const found = expiredExecutions(executions, { ...config, ...over }, finishedAt + afterMs);
  return found.map(({ execution, reason }) => `${execution.metadata.name} ${reason}`);
}

describe('a finished execution', () => {
  it.each<[string, Given, number]>([
    ['that has completed', { phase: 'Completed' }, 7 * day],
    ['that has failed', { phase: 'Failed' }, 30 * day],
    ['that was skipped', { phase: 'Skipped' }, day],
    ['with its own TTL', { phase: 'Completed', ttl: 60 }, 60_000],
    ['with its own TTL of 0', { phase: 'Failed', ttl: 0 }, 0],
  ])('%s expires with its TTL', (_, given, ttlMs) => {
    const executions = [finished('a', given)];
    expect(expired(executions, {}, ttlMs - 1)).toEqual([]);
    expect(expired(executions, {}, ttlMs)).toEqual(['a ttl']);
  });

  it.each<[string, Given, Partial<HistoryConfig>]>([
    ['that has completed', { phase: 'Completed' }, { ttlSuccessMs: 0 }],
    ['that has failed', { phase: 'Failed' }, { ttlFailureMs: 0 }],
    ['that was skipped', { phase: 'Skipped' }, { ttlSkippedMs: 0 }],
  ])('%s is kept if the default TTL is 0', (_, given, over) => {
    expect(expired([finished('a', given)], over, 10_000 * day)).toEqual([]);
  });

  it('is not deleted twice', () => {
    const deletionTimestamp = '2026-01-02T03:00:00Z';
    const executions = [finished('a', { deletionTimestamp }), finished('b', { minute: 1 })];
    expect(expired(executions, { historyLimit: 1 }, 1)).toEqual([]);
    expect(expired(executions.slice(0, 1), {}, 10_000 * day)).toEqual([]);
  });

  it('without a completion time expires from its creation', () => {
    const status = { phase: 'Completed', completionTime: undefined } as const;
    const metadata = { name: 'a', creationTimestamp: new Date(finishedAt).toISOString() };
    const execution = new FinishedExecution(
      aDoneExecution({ metadata, status, spec: { ttlSecondsAfterFinished: 60 } }),
    );
    expect(expired([execution], {}, 59_999)).toEqual([]);
    expect(expired([execution], {}, 60_000)).toEqual(['a ttl']);
  });
});

describe('the limit of a namespace', () => {
  it('expires the oldest', () => {
    const executions = [finished('b', { minute: 2 }), finished('c', { minute: 3 }), finished('a', { minute: 1 })];
    expect(expired(executions, { historyLimit: 1 })).toEqual(['a limit', 'b limit']);
    expect(expired(executions, { historyLimit: 3 })).toEqual([]);
  });

  it('counts each namespace for itself, and no execution that expires anyway or has its own TTL', () => {
    const executions = [
      finished('elsewhere', { namespace: 'checkout' }),
      finished('own', { ttl: 1_000_000 }),
      finished('skipped', { phase: 'Skipped' }),
      finished('last', { minute: 2_000 }),
    ];
    expect(expired(executions, { historyLimit: 1 }, day)).toEqual(['skipped ttl']);
  });

  it('does not apply if it is 0', () => {
    expect(expired([finished('a'), finished('b')], { historyLimit: 0 })).toEqual([]);
  });
});

describe('the oldest of some executions', () => {
  const minutes = [3, 1, 2, 1, 5, 1];
  const executions = minutes.map((minute, index) => finished(`${minute}-${index}`, { minute }));

  it.each([
    [1, ['1-1']],
    [2, ['1-1', '1-3']],
    [4, ['1-1', '1-3', '1-5', '2-2']],
    [6, ['1-1', '1-3', '1-5', '2-2', '3-0', '5-4']],
    [7, ['1-1', '1-3', '1-5', '2-2', '3-0', '5-4']],
  ])('are %i, with the first of those of the same age', (count, names) => {
    const found = oldest(executions, count, (execution) => execution);
    expect(found.map(({ name }) => name).sort()).toEqual(names);
  });
});
