import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { InvalidError } from '../../kubernetes/errors.ts';
import { ObjectStore } from '../../kubernetes/store.ts';
import { applyList } from '../../kubernetes/store.builders.ts';
import type { ExecutionId } from '../../locking/lock-record.ts';
import { aPipelineRun } from '../../tekton/pipeline-run.builders.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { reconcilerIndexes, targetIndex } from '../executions/execution-indexes.ts';
import type { Executions } from '../executions/executions.ts';
import type { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import type { RunEnds } from '../pipelinerun/run-end.ts';
import type { History } from '../history/history.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { TargetOccupancy } from './target-occupancy.ts';

const { signal } = new AbortController();
const completionTime = '2026-01-02T03:05:00Z';
const completed = { phase: 'Completed', completionTime } as const;
const newcomer = anExecution('newcomer');

function anExecution(name: string, status?: WorkflowExecutionStatus, targetResource = 'payment/deployment/api') {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: '5' };
  return aWorkflowExecution({ metadata, spec: { targetResource }, status });
}

function idOf({ metadata: { namespace, name, uid } }: WorkflowExecution): ExecutionId {
  return { namespace, name, uid };
}

/** A PipelineRun that an execution controls. */
function aRunOf({ apiVersion, metadata: { name, uid } }: WorkflowExecution): PipelineRun {
  const owner = { apiVersion, kind: 'WorkflowExecution', name, uid, controller: true };
  return aPipelineRun({ metadata: { ownerReferences: [owner] } });
}

/** The occupancy of a target with these executions. `runs` are cached PipelineRuns by the name of their execution. */
function occupancyOf(
  others: readonly WorkflowExecution[],
  { runs = {}, ended = [] }: { runs?: Record<string, PipelineRun>; ended?: readonly string[] } = {},
) {
  const store = new ObjectStore<WorkflowExecution>(reconcilerIndexes, () => undefined);
  applyList(store, [newcomer, ...others], '10');
  const pipelineRuns = { cached: ({ metadata }: WorkflowExecution) => runs[metadata.name] };
  const executions: Pick<Executions, 'cached' | 'onTarget' | 'read'> = {
    cached: (key) => store.get(key),
    onTarget: (target) => store.byIndex(targetIndex, target),
    read: (key) => Promise.resolve(ended.includes(key.name) ? anExecution(key.name, completed) : store.get(key)),
  };
  const refusedStatuses = new RefusedStatuses(new FakeClock());
  const occupancy = new TargetOccupancy(
    executions as Executions,
    { has: () => false } as unknown as History,
    pipelineRuns as unknown as PipelineRuns,
    {} as RunEnds,
    refusedStatuses,
    new FakeClock(),
  );
  return { occupancy, store, refusedStatuses };
}

it('is free when the API server refuses to record the end of its execution', async () => {
  const running = anExecution('running', { phase: 'Running' });
  const { occupancy, refusedStatuses } = occupancyOf([running]);
  expect(occupancy.reserve(newcomer)).toBe(false);
  const refused = refusedStatuses.written(running, Promise.reject(new InvalidError('too large')), true);
  await expect(refused).rejects.toThrow('too large');
  expect(occupancy.reserve(newcomer)).toBe(true);
});

describe('a target without its lock', () => {
  const running = anExecution('running', { phase: 'Running' });
  const starting = anExecution('starting');

  it.each<[string, WorkflowExecution, Record<string, PipelineRun>]>([
    ['runs', running, {}],
    ['has a PipelineRun that is not recorded yet', starting, { starting: aRunOf(starting) }],
  ])('is occupied by an execution that %s', async (_, other, runs) => {
    const { occupancy } = occupancyOf([other], { runs });
    await expect(occupancy.occupant(newcomer, signal)).resolves.toEqual(idOf(other));
    expect(occupancy.reserve(newcomer)).toBe(false);
  });

  it.each<[string, readonly WorkflowExecution[], Record<string, PipelineRun>]>([
    ['only waits for it, where the lock decides', [starting], {}],
    ['has a foreign PipelineRun', [starting], { starting: aPipelineRun() }],
    ['has ended', [anExecution('over', { phase: 'Completed', completionTime })], {}],
    ['runs on another target', [anExecution('elsewhere', { phase: 'Running' }, 'payment/deployment/ledger')], {}],
  ])('is free when another execution %s', async (_, others, runs) => {
    const { occupancy } = occupancyOf(others, { runs });
    await expect(occupancy.occupant(newcomer, signal)).resolves.toBeUndefined();
    expect(occupancy.reserve(newcomer)).toBe(true);
  });

  it('is free if a live read shows that its execution has ended, even if the cache is stale', async () => {
    const { occupancy } = occupancyOf([running], { ended: ['running'] });
    await expect(occupancy.occupant(newcomer, signal)).resolves.toBeUndefined();
  });

  it('is not occupied by the execution itself', async () => {
    const { occupancy } = occupancyOf([running]);
    await expect(occupancy.occupant(running, signal)).resolves.toBeUndefined();
  });
});

describe('a reservation', () => {
  const rival = anExecution('rival');

  it('is granted to one of two that start in the same moment', async () => {
    const { occupancy } = occupancyOf([rival]);
    expect(occupancy.reserve(newcomer)).toBe(true);
    expect(occupancy.reserve(rival)).toBe(false);
    await expect(occupancy.occupant(rival, signal)).resolves.toEqual(idOf(newcomer));
  });

  it('is granted again to its holder', () => {
    const { occupancy } = occupancyOf([rival]);
    occupancy.reserve(newcomer);
    expect(occupancy.reserve(newcomer)).toBe(true);
  });

  it('holds for every spelling of the target', () => {
    const { occupancy } = occupancyOf([rival]);
    occupancy.reserve(anExecution('newcomer', { target: 'payment/deployment/api' }, 'payment/deploy/api'));
    expect(occupancy.reserve(rival)).toBe(false);
  });

  it('ends when the PipelineRun is rejected', () => {
    const { occupancy } = occupancyOf([rival]);
    occupancy.reserve(newcomer);
    occupancy.cancelReservation(newcomer);
    expect(occupancy.reserve(rival)).toBe(true);
  });

  it('ends when the execution is no longer Pending', () => {
    const { occupancy, store } = occupancyOf([rival]);
    occupancy.reserve(newcomer);
    store.put(undefined, {
      ...newcomer,
      metadata: { ...newcomer.metadata, resourceVersion: '11' },
      status: { phase: 'Failed' },
    });
    expect(occupancy.reserve(rival)).toBe(true);
  });

  it('stays ended when the status of its execution is reset', () => {
    const { occupancy, store } = occupancyOf([rival]);
    const version = (resourceVersion: string) => ({ ...newcomer.metadata, resourceVersion });
    occupancy.reserve(newcomer);
    store.put(undefined, { ...newcomer, metadata: version('11'), status: { phase: 'Failed' } });
    occupancy.reserve(rival);
    occupancy.cancelReservation(rival);
    store.put(undefined, { ...newcomer, metadata: version('12') });
    expect(occupancy.reserve(rival)).toBe(true);
  });

  it('ends with its execution', () => {
    const { occupancy, store } = occupancyOf([rival]);
    occupancy.reserve(newcomer);
    store.remove(undefined, 'payment/newcomer', '11');
    expect(occupancy.reserve(rival)).toBe(true);
  });
});

describe('the cooldowns on a target', () => {
  it('are those of executions whose steps ran', () => {
    const failure = { reason: 'ConfigurationError', message: '', wasExecutionFailure: false } as const;
    const { occupancy } = occupancyOf([
      anExecution('completed', { phase: 'Completed', completionTime }),
      anExecution('refused', { phase: 'Failed', completionTime, failure }),
      anExecution('running', { phase: 'Running', startTime: completionTime }),
      anExecution('elsewhere', { phase: 'Completed', completionTime }, 'payment/deployment/ledger'),
    ]);
    expect(occupancy.cooldowns(newcomer)).toMatchObject([{ execution: { name: 'completed' }, completionTime }]);
  });
});

describe('a reservation of one target', () => {
  it('does not affect another target', () => {
    const elsewhere = anExecution('elsewhere', undefined, 'payment/deployment/ledger');
    const { occupancy } = occupancyOf([elsewhere]);
    expect([occupancy.reserve(newcomer), occupancy.reserve(elsewhere)]).toEqual([true, true]);
  });

  it('does nothing when the target cannot be parsed', () => {
    const [one, other] = ['one', 'other'].map((name) => anExecution(name, undefined, 'api'));
    const { occupancy } = occupancyOf([one!, other!]);
    expect([occupancy.reserve(one!), occupancy.reserve(other!)]).toEqual([true, true]);
  });
});
