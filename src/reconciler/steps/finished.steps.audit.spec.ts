import { describe, expect, it } from '@jest/globals';
import type { AuditStatus, AuditTrail } from '../../audit/audit-trail.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { ConditionUpdate } from '../../workflow-execution/conditions.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import type { StatusWriter } from '../reporting/status-writer.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { updateAuditCondition } from './finished.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const cooldownMs = 300_000;
const condition: ConditionUpdate = { type: 'AuditRecorded', status: 'True', reason: 'Recorded', message: 'all' };

/** The step on a cluster in which every execution has this audit status. */
function aCluster(status: AuditStatus) {
  const cluster = aFakeCluster();
  const trail = { status: () => status } as unknown as AuditTrail;
  const write: StatusWriter['write'] = (execution, next) => cluster.executions.writeStatus(execution, next, signal);
  const statuses = { write } as StatusWriter;
  return {
    ...cluster,
    update: (execution: WorkflowExecution) =>
      updateAuditCondition(execution, { trail, statuses, clock, config: { cooldownMs } }, signal),
  };
}

describe('the audit condition of an execution', () => {
  it('is written as a condition', async () => {
    const { update, execution, stored } = aCluster({ isFinal: true, condition });
    const one = execution({ status: { phase: 'Completed' } });
    const outcome = await update(one);
    expect(outcome).toEqual({ kind: 'next', execution: stored(one) });
    expect(stored(one)?.status).toMatchObject({
      phase: 'Completed',
      conditions: [{ ...condition, lastTransitionTime: '2026-01-02T03:10:00Z', observedGeneration: 1 }],
    });
  });

  it('is not written again', async () => {
    const { update, execution, server, stored } = aCluster({ isFinal: true, condition });
    const one = execution({ status: { phase: 'Completed' } });
    await update(one);
    const now = stored(one)!;
    await expect(update(now)).resolves.toEqual({ kind: 'next', execution: now });
    expect(server.verbs).toEqual(['patch']);
  });

  it('is not written while there is nothing to report', async () => {
    const { update, execution, server } = aCluster({ isFinal: false });
    const one = execution();
    await expect(update(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it.each<[string, WorkflowExecutionStatus, boolean, true | undefined]>([
    ['settles it if no step ran', { phase: 'Skipped' }, true, true],
    ['settles it if its cooldown is over', { phase: 'Completed', completionTime: '2026-01-02T03:05:00Z' }, true, true],
    [
      'leaves it while its cooldown lasts',
      { phase: 'Completed', completionTime: '2026-01-02T03:05:01Z' },
      true,
      undefined,
    ],
    ['leaves it while events are not recorded', { phase: 'Skipped' }, false, undefined],
  ])('%s', async (_, status, isFinal, settled) => {
    const { update, execution, stored, server } = aCluster({ isFinal, condition });
    const one = execution({ status });
    await update(one);
    expect([stored(one)?.status?.settled, server.verbs]).toEqual([settled, ['patch']]);
  });

  it('is outdated when the execution has changed', async () => {
    const { update, execution } = aCluster({ isFinal: true, condition });
    const { metadata, ...rest } = execution();
    const stale = { ...rest, metadata: { ...metadata, resourceVersion: '1' } };
    await expect(update(stale)).resolves.toEqual({ kind: 'outdated' });
  });
});
