import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { PipelineRunSweep } from './pipeline-run-sweep.ts';

const { signal } = new AbortController();
const deletion = { metadata: { deletionTimestamp: '2026-01-02T04:00:00Z' } };
const settled: WorkflowExecutionStatus = { phase: 'Completed', completionTime: '2026-01-02T03:00:00Z', settled: true };

/** A sweep of a cluster, and the keys that it enqueues. */
function aSweep({ keepPipelineRunsMs = 0, fails = (_path: string): boolean => false } = {}) {
  const clock = new FakeClock(new Date('2026-01-02T04:00:00Z'));
  const before = ({ path }: { path: string }) => {
    if (fails(path)) throw new UnavailableError('away');
  };
  const cluster = aFakeCluster({ before }, clock);
  const enqueued: string[] = [];
  const queue = { add: (key: string) => enqueued.push(key) } as unknown as WorkQueue;
  const warnings: object[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const { client, history, executions, pipelineRuns, retention } = cluster;
  const config = { watchNamespaces: ['payment'], keepPipelineRunsMs };
  const sweep = new PipelineRunSweep(client, queue, history, executions, pipelineRuns, retention, config, clock, log);
  const add = (name: string, status: WorkflowExecutionStatus | undefined, over: object = {}) => {
    const execution = cluster.execution({ metadata: { name, uid: `uid-${name}` }, status });
    cluster.unseenPipelineRun(execution, over);
    return `payment/${pipelineRunName(execution)}`;
  };
  return { ...cluster, clock, enqueued, warnings, add, sweep: () => sweep.once(signal) };
}

describe('a sweep', () => {
  it('enqueues PipelineRuns that are being deleted, by the key of their execution if it is cached', async () => {
    const { add, enqueued, sweep } = aSweep();
    const key = add('settled', settled, deletion);
    add('finished', { phase: 'Failed' }, deletion);
    await sweep();
    expect(enqueued).toEqual([key, 'payment/finished']);
  });

  it('enqueues those whose execution is unknown', async () => {
    const { unseenPipelineRun, enqueued, sweep } = aSweep();
    const gone = aWorkflowExecution();
    unseenPipelineRun(gone);
    await sweep();
    expect(enqueued).toEqual([`payment/${pipelineRunName(gone)}`]);
  });

  it('leaves all others alone, and reads none of them', async () => {
    const { add, enqueued, server, sweep } = aSweep();
    add('settled', settled);
    add('finished', { phase: 'Failed' });
    add('running', { phase: 'Running' });
    await sweep();
    expect([enqueued, server.verbs]).toEqual([[], ['list']]);
  });

  it('logs an error', async () => {
    const { warnings, sweep } = aSweep({ fails: () => true });
    await sweep();
    expect(warnings).toHaveLength(1);
  });
});

describe('WFE_KEEP_PIPELINE_RUNS', () => {
  const keepPipelineRunsMs = 3_600_000;

  it('prunes the PipelineRuns of settled executions that finished that long ago', async () => {
    const { add, server, sweep } = aSweep({ keepPipelineRunsMs });
    const old = add('old', settled);
    add('recent', { ...settled, completionTime: '2026-01-02T03:00:01Z' });
    add('running', { phase: 'Running' });
    await sweep();
    const deleted = server.list(pipelineRunResource).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(deleted.map(({ metadata }) => `payment/${metadata.name}`)).toEqual([old]);
  });

  it('prunes others while a PipelineRun cannot be deleted', async () => {
    const { add, clock, server, warnings, sweep } = aSweep({
      keepPipelineRunsMs,
      fails: (path) => path.includes('/refused'),
    });
    add('refused', settled);
    const old = add('old', settled);
    const swept = sweep();
    await clock.advance(1_000);
    await swept;
    const deleted = server.list(pipelineRunResource).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(deleted.map(({ metadata }) => `payment/${metadata.name}`)).toEqual([old]);
    expect(warnings).toHaveLength(1);
  });
});
