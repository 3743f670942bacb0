import type { Fault } from '../fault.ts';

/** Faults of the control loop and leadership. */
export const controlLoopFaults: readonly Fault[] = [
  {
    name: 'the status is reported although it was not written',
    file: 'src/reconciler/reporting/status-writer.ts',
    find: "if (written === 'outdated') return written;",
    replace: "if (written === 'outdated') this.reportAll(execution, { ...execution, status }, observation);",
    caughtBy: ['src/reconciler/reporting/status-writer.spec.ts'],
  },
  {
    name: 'a change of a PipelineRun reaches no execution',
    file: 'src/reconciler/informers.ts',
    find: 'executions.length === 0 ? [keyOf(object)] : executions.map(keyOf)',
    replace: '[keyOf(object)]',
    caughtBy: ['src/reconciler/informers.spec.ts'],
  },
  {
    name: 'a lost lock is not restored',
    file: 'src/reconciler/informers.ts',
    find: 'if (former !== undefined) handler(keyToString(former));',
    replace: '',
    caughtBy: ['src/reconciler/informers.spec.ts'],
  },
  {
    name: 'reconciles in progress are aborted on shutdown',
    file: 'src/reconciler/control-loop.ts',
    find: 'await this.drain();',
    replace: 'void this.drain();',
    caughtBy: ['src/reconciler/control-loop.spec.ts'],
  },
  {
    name: 'a replica writes with one of the two Leases',
    file: 'src/reconciler/leadership.ts',
    find: 'replica.isLeader && this',
    replace: 'replica.isLeader || this',
    caughtBy: ['src/reconciler/leadership.spec.ts'],
  },
  {
    name: 'audit events are delivered without leadership',
    file: 'src/reconciler/control-loop.ts',
    find: '() => this.leadership.isHeld',
    replace: '() => true',
    caughtBy: ['src/reconciler/control-loop.spec.ts'],
  },
  {
    name: 'the delivery of audit events stops before the last reconcile',
    file: 'src/reconciler/control-loop.ts',
    find: 'await Promise.all([working, repairing]);',
    replace: 'void Promise.all([working, repairing]);',
    caughtBy: ['src/reconciler/control-loop.spec.ts'],
  },
  {
    name: 'a resync omits PipelineRuns of deleted executions',
    file: 'src/reconciler/resync.ts',
    find: '[...this.informers.executionKeys(), ...this.retention.orphans()]',
    replace: '[...this.informers.executionKeys()]',
    caughtBy: ['src/reconciler/resync.spec.ts'],
  },
  {
    name: 'an execution that fails repeatedly waits for its backoff although its start deadline passes',
    file: 'src/reconciler/control-loop.ts',
    find: 'if (deadlineInMs !== undefined) this.queue.addAfter(key, deadlineInMs);',
    replace: '',
    caughtBy: ['src/reconciler/control-loop.spec.ts'],
  },
  {
    name: 'a failed reconcile requeues itself immediately by its status write',
    file: 'src/reconciler/informers.ts',
    find: 'if (!isOfStatusOnly(change)) handler',
    replace: 'handler',
    caughtBy: ['src/reconciler/informers.spec.ts'],
  },
  {
    name: 'the next step after a status change waits for the resync',
    file: 'src/reconciler/reconciler.ts',
    find: 'written === execution ? requeueAfterMs : 0',
    replace: 'requeueAfterMs',
    caughtBy: ['src/reconciler/reconciler.spec.ts'],
  },
];
