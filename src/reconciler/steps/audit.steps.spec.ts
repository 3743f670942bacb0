import { describe, expect, it } from '@jest/globals';
import type { AuditStatus, AuditTrail } from '../../audit/audit-trail.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { ConditionUpdate } from '../../workflow-execution/conditions.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { StatusWriter } from '../events/status-writer.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { awaitAudit } from './deletion.steps.ts';
import { updateAuditCondition } from './finished.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const condition: ConditionUpdate = { type: 'AuditRecorded', status: 'True', reason: 'Recorded', message: 'all' };

/** The steps on a cluster in which every execution has this audit status. */
function aCluster(status: AuditStatus) {
  const cluster = aFakeCluster();
  const abandoned: WorkflowExecution[] = [];
  const trail = {
    status: () => status,
    abandon: (execution: WorkflowExecution) => void abandoned.push(execution),
  } as unknown as AuditTrail;
  const write: StatusWriter['write'] = (execution, next) => cluster.executions.writeStatus(execution, next, signal);
  const statuses = { write } as StatusWriter;
  const config = { auditDeleteWaitMs: 60_000 };
  return {
    ...cluster,
    abandoned,
    update: (execution: WorkflowExecution) => updateAuditCondition(execution, { trail, statuses, clock }, signal),
    await: (execution: WorkflowExecution) => awaitAudit(execution, { trail, clock, config }, signal),
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

  it('is outdated when the execution has changed', async () => {
    const { update, execution } = aCluster({ isFinal: true, condition });
    const { metadata, ...rest } = execution();
    const stale = { ...rest, metadata: { ...metadata, resourceVersion: '1' } };
    await expect(update(stale)).resolves.toEqual({ kind: 'outdated' });
  });
});

describe('the deletion of an execution', () => {
  const deletedAt = (deletionTimestamp: string | undefined) => ({
    metadata: { finalizers: [finalizer], deletionTimestamp },
  });

  it.each([
    ['2026-01-02T03:09:20Z', 20_000],
    ['2026-01-02T03:10:00Z', 60_000],
    [undefined, 60_000],
  ])('of %s waits for its audit events, for %i ms at most', (moment, requeueAfterMs) => {
    const { await: step, execution, abandoned } = aCluster({ isFinal: false });
    expect(step(execution(deletedAt(moment)))).toEqual({
      kind: 'settled',
      reason: 'AuditIsPending',
      requeueAfterMs,
    });
    expect(abandoned).toEqual([]);
  });

  it.each(['2026-01-02T03:09:00Z', '2026-01-01T00:00:00Z'])('of %s has waited long enough', (moment) => {
    const { await: step, execution, abandoned } = aCluster({ isFinal: false });
    const one = execution(deletedAt(moment));
    expect(step(one)).toEqual({ kind: 'next', execution: one });
    expect(abandoned).toEqual([one]);
  });

  it('continues when its audit events are recorded', () => {
    const { await: step, execution, abandoned } = aCluster({ isFinal: true });
    const one = execution(deletedAt('2026-01-01T00:00:00Z'));
    expect(step(one)).toEqual({ kind: 'next', execution: one });
    expect(abandoned).toEqual([]);
  });
});
