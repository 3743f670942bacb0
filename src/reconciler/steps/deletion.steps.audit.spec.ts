import { describe, expect, it } from '@jest/globals';
import type { AuditStatus, AuditTrail } from '../../audit/audit-trail.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { awaitAudit } from './deletion.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));

/** The step on a cluster in which every execution has this audit status. */
function aCluster(status: AuditStatus) {
  const abandoned: WorkflowExecution[] = [];
  const trail = {
    status: () => status,
    abandon: (execution: WorkflowExecution) => void abandoned.push(execution),
  } as unknown as AuditTrail;
  const config = { auditDeleteWaitMs: 60_000 };
  return {
    ...aFakeCluster(),
    abandoned,
    await: (execution: WorkflowExecution) => awaitAudit(execution, { trail, clock, config }, signal),
  };
}

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
