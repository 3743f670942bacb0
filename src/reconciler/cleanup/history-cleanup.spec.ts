import { describe, expect, it } from '@jest/globals';
import { anEndedExecution } from '../../audit/audit.builders.ts';
import type { Counter } from 'prom-client';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { sleep } from '../../kubernetes/async.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { FinishedExecution } from '../history/finished-execution.ts';
import { HistoryCleanup } from './history-cleanup.ts';
import { aDoneExecution } from './settlement.builders.ts';

const completionTime = '2026-01-02T03:00:00Z';
const minute = 60_000;
const config = {
  ...{ ttlSuccessMs: 60 * minute, ttlFailureMs: 0, ttlSkippedMs: 0, historyLimit: 0 },
  cooldownMs: 5 * minute,
};

/** The cleanup of a cluster, which begins at the completion time of its executions; requests fail while `fails(path)`. */
function aCleanup(fails: (path: string) => boolean = () => false, over: Partial<typeof config> = {}) {
  const clock = new FakeClock(new Date(completionTime));
  const before = ({ path }: { path: string }) => {
    if (fails(path)) throw new UnavailableError('away');
  };
  const cluster = aFakeCluster({ before }, clock);
  const queue = new WorkQueue({ clock });
  const counted: string[] = [];
  const warnings: object[] = [];
  const expirations = { inc: ({ reason }: { reason: string }, by = 1) => void (by > 0 && counted.push(reason)) };
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
  const cleanup = new HistoryCleanup(
    cluster.history,
    cluster.executions,
    queue,
    expirations as Counter,
    { ...config, ...over },
    clock,
    log,
  );
  const stop = new AbortController();
  const add = (name: string, over: Parameters<typeof aDoneExecution>[0] = {}, build = aDoneExecution) => {
    const { status, ...rest } = over;
    const metadata = { name, uid: `uid-${name}`, ...over.metadata };
    const execution = build({ ...rest, metadata, status: { completionTime, ...status } });
    cluster.server.put(workflowExecutionResource, execution);
    cluster.sync();
  };
  /** Advances the clock; the caches follow the API server every second. */
  const elapse = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.advance(Math.min(left, 1_000));
      cluster.sync();
    }
  };
  const names = () => cluster.server.list(workflowExecutionResource).map(({ metadata }) => metadata.name);
  return { ...cluster, clock, elapse, queue, counted, warnings, add, names, stop, run: () => cleanup.run(stop.signal) };
}

describe('the cleanup of the history', () => {
  it('deletes an execution when its TTL has passed, settled or not', async () => {
    const { add, names, clock, elapse, counted, run, stop } = aCleanup();
    add('settled', { status: { settled: true } });
    add('cooling-down', { spec: { ttlSecondsAfterFinished: 60 } });
    const running = run();
    await elapse(minute - 1_000);
    expect(names()).toEqual(['settled', 'cooling-down']);
    await elapse(5_000);
    expect(names()).toEqual(['settled']);
    await elapse(60 * minute);
    expect([names(), counted]).toEqual([[], ['ttl', 'ttl']]);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });

  it('deletes none before its audit events are recorded', async () => {
    const { add, names, clock, run } = aCleanup();
    add('unrecorded', { spec: { ttlSecondsAfterFinished: 0 }, status: { conditions: [] } }, anEndedExecution);
    void run();
    await clock.advance(600 * minute);
    expect(names()).toEqual(['unrecorded']);
  });

  it('settles an execution when its cooldown is over, with one write', async () => {
    const { add, elapse, run, server, executions, history } = aCleanup();
    add('a');
    void run();
    await elapse(5 * minute - 1_000);
    expect(server.verbs).toEqual([]);
    await elapse(5_000);
    expect([executions.all(), history.list().length]).toEqual([[], 1]);
    await elapse(10 * minute);
    expect(server.verbs).toEqual(['patch']);
  });

  it('lists the history again every hour', async () => {
    const { clock, historyRelists, run } = aCleanup();
    void run();
    await clock.advance(60 * minute - 1);
    expect(historyRelists()).toBe(0);
    await clock.advance(60 * minute);
    expect(historyRelists()).toBe(1);
  });

  it('logs a write that fails and repeats it later', async () => {
    let isAway = true;
    const { add, names, clock, warnings, counted, run } = aCleanup(() => isAway);
    add('a', { spec: { ttlSecondsAfterFinished: 0 } });
    void run();
    await clock.advance(0);
    expect([names(), warnings.length, counted]).toEqual([['a'], 1, []]);
    isAway = false;
    await clock.advance(5_000);
    expect([names(), counted]).toEqual([['a'], []]);
    await clock.advance(55_000);
    expect([names(), counted]).toEqual([[], ['ttl']]);
  });

  it('deletes others while an execution cannot be deleted', async () => {
    const { add, names, elapse, warnings, run } = aCleanup((path) => path.endsWith('/oldest'));
    const spec = { ttlSecondsAfterFinished: 0 };
    add('oldest', { spec, status: { completionTime: '2026-01-02T02:00:00Z', settled: true } });
    for (const name of ['a', 'b', 'c']) add(name, { spec });
    void run();
    await elapse(20_000);
    expect([names(), warnings.length]).toEqual([['oldest'], 1]);
    await elapse(60_000);
    expect(warnings).toHaveLength(2);
  });

  it('continues once the executions that it deletes have been reconciled', async () => {
    const { add, names, clock, elapse, queue, run } = aCleanup((path) => {
      // It is reconciled when it is marked, and again when it is gone.
      if (path.includes('/e-')) ['marked', 'gone'].forEach(() => queue.add(path));
      return false;
    });
    for (let i = 0; i < 60; i += 1) add(`e-${i}`, { spec: { ttlSecondsAfterFinished: 0 }, status: { settled: true } });
    void queue.run(() => sleep(clock, 10), { concurrency: 16, signal: new AbortController().signal });
    void run();
    await elapse(4_000);
    expect(names()).toHaveLength(50);
  });

  it('spreads a backlog, and slows down while live executions are queued', async () => {
    const { add, names, elapse, queue, run } = aCleanup();
    for (let i = 0; i < 480; i += 1) add(`e-${i}`, { spec: { ttlSecondsAfterFinished: 0 }, status: { settled: true } });
    void run();
    await elapse(4_000);
    expect(names()).toHaveLength(400);
    queue.add('payment/live');
    await elapse(5_000);
    const slowly = 400 - names().length;
    expect(slowly).toBeGreaterThan(15);
    expect(slowly).toBeLessThan(25);
  });

  it('counts an execution once that both watches show', async () => {
    const { add, names, clock, executions, historyStore, run } = aCleanup(undefined, { historyLimit: 3 });
    for (const name of ['a', 'b']) add(name);
    for (const execution of executions.all()) historyStore.put(undefined, new FinishedExecution(execution));
    void run();
    await clock.advance(4_000);
    expect(names()).toEqual(['a', 'b']);
  });
});
