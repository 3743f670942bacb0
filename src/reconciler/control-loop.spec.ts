import { describe, expect, it, jest } from '@jest/globals';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { aborted } from '../kubernetes/async.ts';
import { UnavailableError } from '../kubernetes/errors.ts';
import { FakeClock, settle } from '../kubernetes/fake-clock.builders.ts';
import type { LeaderWork, LeadershipEnd } from '../kubernetes/leader-elector.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import { WorkQueue, type HandlerResult } from '../kubernetes/work-queue.ts';
import type { HistoryCleanup } from './cleanup/history-cleanup.ts';
import { ControlLoop } from './control-loop.ts';
import type { Leadership } from './leadership.ts';
import type { Informers } from './informers.ts';
import { UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';
import type { Reconciler } from './reconciler.ts';
import type { PauseReports } from './pause-reports.ts';
import type { Resync } from './resync.ts';

const key = 'payment/we-pod-crash';
const lockHolder = { namespace: 'payment', name: 'we-pod-crash', uid: 'uid' };

/** How a loop starts and ends. */
interface Course {
  readonly end?: LeadershipEnd;
  readonly caughtUp?: boolean;
  /** Whether a resync is in progress until the test ends it. */
  readonly repairs?: boolean;
}

/** A control loop of a leader whose reconcile of one execution is controlled by the test. */
function aLoop({ end = 'stopped', caughtUp = true, repairs = false }: Course = {}) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, backoff: { baseMs: 120_000, maxMs: 120_000 }, random: () => 0.9 });
  const reconciled = Promise.withResolvers<HandlerResult>();
  const reconcile = jest.fn<Reconciler['reconcile']>(() => reconciled.promise);
  const startDeadlineInMs = jest.fn<Reconciler['startDeadlineInMs']>();
  const endProcess = jest.fn<(why: string) => void>();
  const during = async (signal: AbortSignal, work: LeaderWork) => {
    await work(signal);
    return end;
  };
  const leadership = { during, isHeld: true, installation: 'remediation' };
  const creates = new UnconfirmedCreates(clock);
  const changed = jest.fn<(handler: (key: string) => void) => void>();
  const informers = {
    onChange: changed,
    executionKeys: () => [key],
    uidOf: () => undefined,
    caughtUp: () => Promise.resolve(caughtUp),
    lockHolders: () => [lockHolder],
  };
  const repaired = Promise.withResolvers<void>();
  if (!repairs) repaired.resolve();
  const resync = { run: (signal: AbortSignal) => aborted(signal).then(() => repaired.promise) };
  const cleanup = jest.fn<HistoryCleanup['run']>((signal) => aborted(signal));
  const delivery = jest.fn<AuditTrail['run']>((signal) => aborted(signal));
  const reportPauses = jest.fn<PauseReports['run']>((signal) => aborted(signal));
  const news = jest.fn<AuditTrail['onUpdate']>();
  const loop = new ControlLoop(
    queue,
    informers as unknown as Informers,
    leadership as unknown as Leadership,
    resync as unknown as Resync,
    { run: cleanup } as unknown as HistoryCleanup,
    { reconcile, startDeadlineInMs } as unknown as Reconciler,
    creates,
    { onUpdate: news, run: delivery } as unknown as AuditTrail,
    { run: reportPauses } as unknown as PauseReports,
    { workers: 1, shutdownMs: 30_000, clusterLeaseNamespace: 'kube-system' },
    clock,
    silentLogger,
    endProcess,
  );
  loop.onModuleInit();
  loop.onApplicationBootstrap();
  return {
    loop,
    creates,
    clock,
    queue,
    reconciled,
    reconcile,
    startDeadlineInMs,
    endProcess,
    leadership,
    repaired,
    delivery,
    reportPauses,
    changed,
    news,
  };
}

/** Stops a loop and returns whether it has stopped. */
function stop(loop: ControlLoop): () => boolean {
  let isOver = false;
  loop.onModuleDestroy();
  void loop.beforeApplicationShutdown().then(() => (isOver = true));
  return () => isOver;
}

describe('the control loop', () => {
  it('reconciles enqueued keys once the caches are complete', async () => {
    const { queue, reconcile } = aLoop();
    queue.add(key);
    await settle();
    expect(reconcile).toHaveBeenCalledWith({ namespace: 'payment', name: 'we-pod-crash' }, expect.any(AbortSignal));
  });

  it('reports pauses while it leads, once the caches are complete', async () => {
    const { reportPauses } = aLoop();
    await settle();
    expect(reportPauses).toHaveBeenCalledTimes(1);
    const behind = aLoop({ caughtUp: false });
    await settle();
    expect(behind.reportPauses).not.toHaveBeenCalled();
  });

  it('assumes that the previous leader has sent a create for each holder of a lock', async () => {
    const { creates } = aLoop();
    await settle();
    expect(creates.waitMs({ metadata: lockHolder })).toBeGreaterThan(0);
  });

  it.each(['a change of it', 'news of its audit events'] as const)('reconciles an execution after %s', async (what) => {
    const { reconcile, changed, news } = aLoop();
    const handlers = what === 'a change of it' ? changed.mock.calls : news.mock.calls;
    for (const [handler] of handlers) handler(key);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(1);
  });

  it('requeues a failing execution for its start deadline if its backoff is longer', async () => {
    const { queue, reconciled, reconcile, startDeadlineInMs, clock } = aLoop();
    startDeadlineInMs.mockReturnValueOnce(1_000);
    queue.add(key);
    await settle();
    reconciled.reject(new UnavailableError('away'));
    await settle();

    await clock.advance(999);
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('delivers audit events only while this replica may write', async () => {
    const { delivery, leadership } = aLoop();
    await settle();
    const mayDeliver = delivery.mock.calls.map(([, may]) => may);
    expect(mayDeliver.map((may) => may())).toEqual([true]);
    leadership.isHeld = false;
    expect(mayDeliver.map((may) => may())).toEqual([false]);
  });

  it('stops the delivery of audit events last, after its workers and the resync', async () => {
    const { loop, delivery, queue, reconciled, repaired } = aLoop({ repairs: true });
    queue.add(key);
    await settle();
    const isOver = stop(loop);
    const isDelivering = () => delivery.mock.calls.map(([signal]) => !signal.aborted);
    await settle();
    expect(isDelivering()).toEqual([true]);

    reconciled.resolve({});
    await settle();
    expect([isDelivering(), isOver()]).toEqual([[true], false]);

    repaired.resolve();
    await settle();
    expect([isDelivering(), isOver()]).toEqual([[false], true]);
  });

  it('reconciles nothing if it is stopped before the caches are complete', async () => {
    const { loop, queue, reconcile } = aLoop({ caughtUp: false });
    queue.add(key);
    const isOver = stop(loop);
    await settle();
    expect([reconcile.mock.calls.length, isOver()]).toEqual([0, true]);
  });

  it('waits for a reconcile in progress when it is stopped', async () => {
    const { loop, queue, reconciled, reconcile } = aLoop();
    queue.add(key);
    await settle();
    const isOver = stop(loop);
    await settle();
    expect([isOver(), reconcile.mock.calls[0]?.[1].aborted]).toEqual([false, false]);

    reconciled.resolve({});
    await settle();

    expect(isOver()).toBe(true);
  });

  it('aborts a reconcile that exceeds the shutdown timeout', async () => {
    const { loop, clock, queue, reconcile } = aLoop();
    queue.add(key);
    await settle();
    stop(loop);

    await clock.advance(30_000);

    expect(reconcile.mock.calls[0]?.[1].aborted).toBe(true);
  });

  it('ends the process with the reason when another installation reconciles the cluster', async () => {
    const { loop, endProcess } = aLoop({ end: 'refused' });
    stop(loop);
    await settle();
    expect(endProcess).toHaveBeenCalledWith(
      expect.stringMatching(/^The installation in namespace remediation .+ kubectl -n kube-system delete lease \S+$/),
    );
  });

  it('ends the process when the lease is lost', async () => {
    const { loop, endProcess } = aLoop({ end: 'lost' });
    stop(loop);
    await settle();
    expect(endProcess).toHaveBeenCalledTimes(1);
  });
});
