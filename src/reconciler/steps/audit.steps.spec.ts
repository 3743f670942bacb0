import { describe, expect, it } from '@jest/globals';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Standing } from '../../audit/standing.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { ConditionUpdate } from '../../workflow-execution/conditions.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionEvents } from '../events/execution-events.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { AwaitAudit } from './await-audit.step.ts';
import { UpdateAuditCondition } from './update-audit-condition.step.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const told: ConditionUpdate = { type: 'AuditRecorded', status: 'True', reason: 'Recorded', message: 'all' };

/** The steps on a cluster where the events of every execution stand so. */
function aCluster(standing: Standing) {
  const cluster = aFakeCluster();
  const abandoned: WorkflowExecution[] = [];
  const trail = {
    standing: () => standing,
    abandon: (execution: WorkflowExecution) => void abandoned.push(execution),
  } as unknown as AuditTrail;
  const events: [WorkflowExecution, ConditionUpdate][] = [];
  const tellAudit = (...event: (typeof events)[number]) => void events.push(event);
  return {
    ...cluster,
    abandoned,
    events,
    tell: new UpdateAuditCondition(trail, cluster.executions, { tellAudit } as ExecutionEvents, clock),
    await: new AwaitAudit(trail, { auditDeleteWaitMs: 60_000 }, clock),
  };
}

describe('what has become of the audit events of an execution', () => {
  it('is written as a condition, and told as an Event', async () => {
    const { tell, execution, stored, events } = aCluster({ settled: true, told });
    const one = execution({ status: { phase: 'Completed' } });
    const outcome = await tell.run(one, signal);
    expect(outcome).toEqual({ kind: 'next', execution: stored(one) });
    expect(stored(one)?.status).toMatchObject({
      phase: 'Completed',
      conditions: [{ ...told, lastTransitionTime: '2026-01-02T03:10:00Z', observedGeneration: 1 }],
    });
    expect(events).toEqual([[stored(one), told]]);
  });

  it('is not told again when it is written already', async () => {
    const { tell, execution, server, events, stored } = aCluster({ settled: true, told });
    const one = execution({ status: { phase: 'Completed' } });
    await tell.run(one, signal);
    const now = stored(one)!;
    await expect(tell.run(now, signal)).resolves.toEqual({ kind: 'next', execution: now });
    expect([server.verbs, events.length]).toEqual([['patch'], 1]);
  });

  it('is not written while nothing is known', async () => {
    const { tell, execution, server } = aCluster({ settled: false });
    const one = execution();
    await expect(tell.run(one, signal)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it('begins the pass anew when the execution has changed', async () => {
    const { tell, execution, events } = aCluster({ settled: true, told });
    const { metadata, ...rest } = execution();
    const stale = { ...rest, metadata: { ...metadata, resourceVersion: '1' } };
    await expect(tell.run(stale, signal)).resolves.toEqual({ kind: 'outdated' });
    expect(events).toEqual([]);
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
  ])('of %s waits for its audit events, for %i ms at most', async (moment, requeueAfterMs) => {
    const { await: step, execution, abandoned } = aCluster({ settled: false });
    await expect(step.run(execution(deletedAt(moment)))).resolves.toEqual({
      kind: 'settled',
      reason: 'AuditIsPending',
      requeueAfterMs,
    });
    expect(abandoned).toEqual([]);
  });

  it.each(['2026-01-02T03:09:00Z', '2026-01-01T00:00:00Z'])('of %s has waited long enough', async (moment) => {
    const { await: step, execution, abandoned } = aCluster({ settled: false });
    const one = execution(deletedAt(moment));
    await expect(step.run(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(abandoned).toEqual([one]);
  });

  it('goes on when its audit events are recorded', async () => {
    const { await: step, execution, abandoned } = aCluster({ settled: true });
    const one = execution(deletedAt('2026-01-01T00:00:00Z'));
    await expect(step.run(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(abandoned).toEqual([]);
  });
});
