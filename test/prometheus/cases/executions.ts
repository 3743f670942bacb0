import { fires, timeSeries, seriesOfSecondReplica, doesNotFire, type AlertCase } from '../case.ts';

const pending = 'kubernaut_workflow_execution_oldest_pending_seconds';
const creationErrors = timeSeries('kubernaut_pipelinerun_creation_errors_total');
const [pauses, cluster] = ['kubernaut_workflow_execution_pauses', { scope: 'cluster' }];
const ended = (outcome: string, workflow_id = 'restart') =>
  timeSeries('kubernaut_workflow_execution_total', { workflow_id, outcome });
const held = timeSeries('kubernaut_lock_longest_held_seconds');
const errors = timeSeries('controller_runtime_reconcile_errors_total', { controller: 'workflowexecution' });
const passes = timeSeries('controller_runtime_reconcile_total', { controller: 'workflowexecution', result: 'success' });

/** Alerts about executions and the leader. */
export const executions: readonly AlertCase[] = [
  fires(
    'WorkflowExecutionStuckPending',
    'one has been Pending for more than 10 minutes, as all replicas see',
    { [timeSeries(pending)]: '0+60x20', [seriesOfSecondReplica(pending)]: '0+60x20' },
    14,
    'The oldest Pending execution was created 14m 0s ago. Find it with kubectl get wfe -A --sort-by=.metadata.creationTimestamp; its conditions say what it waits for.',
  ),
  doesNotFire(
    'WorkflowExecutionStuckPending',
    'each is started within a minute',
    { [timeSeries(pending)]: '0 50x30' },
    20,
  ),
  doesNotFire(
    'WorkflowExecutionStuckPending',
    'one was started at the last moment',
    { [timeSeries(pending)]: '0+60x11 0x10' },
    13,
  ),

  fires(
    'WorkflowExecutionPaused',
    'the leader has put one into force, and the other replica does not lead',
    { [timeSeries(pauses, cluster)]: '0x2 1x20', [seriesOfSecondReplica(pauses, cluster)]: '0x22' },
    10,
    'Pauses with scope cluster that keep new executions from starting: 1. The log of the leader and the Events with the reason Paused say who paused what, and why.',
    { namespace: 'kubernaut-system', scope: 'cluster' },
  ),
  doesNotFire(
    'WorkflowExecutionPaused',
    'one lasted for some minutes',
    { [timeSeries(pauses, cluster)]: '0x2 1x3 0x20' },
    12,
  ),

  fires(
    'WorkflowExecutionCreationErrors',
    'one is refused again and again',
    { [creationErrors]: '0+0x5 0+1x20' },
    20,
    'About 10 attempts to create a PipelineRun have failed in 10 minutes. The Events of the executions have the reasons: kubectl get events -A --field-selector type=Warning,involvedObject.kind=WorkflowExecution.',
  ),
  doesNotFire(
    'WorkflowExecutionCreationErrors',
    'one try failed, and the next did not',
    { [creationErrors]: '0x5 1x20' },
    18,
  ),

  fires(
    'WorkflowExecutionLockHeldTooLong',
    'one has been held for more than two hours',
    { [held]: '0+60x140' },
    130,
    'One target has been locked for 2h 10m 0s; every other execution on it is Skipped. The Lease names the holder: kubectl -n kubernaut-system get leases -l kubernaut.ai/lock=target-resource --sort-by=.spec.acquireTime.',
  ),
  doesNotFire(
    'WorkflowExecutionLockHeldTooLong',
    'a workflow took the hour that Tekton gives it',
    { [held]: '0+60x61 0x60' },
    100,
  ),

  fires(
    'WorkflowExecutionReconcileErrors',
    'every second pass fails',
    { [errors]: '0+1x40', [passes]: '0+2x40' },
    30,
    '50% of the reconciliations in namespace kubernaut-system have failed for 15 minutes; each is retried with a backoff. The log of the leader has the errors.',
  ),
  doesNotFire('WorkflowExecutionReconcileErrors', 'one in ten fails', { [errors]: '0+1x40', [passes]: '0+10x40' }, 30),
  doesNotFire('WorkflowExecutionReconcileErrors', 'nothing happens', { [errors]: '0x40', [passes]: '0x40' }, 30),

  fires(
    'WorkflowExecutionFailures',
    'three of four fail, and others are skipped',
    { [ended('Success')]: '0+1x90', [ended('Failed')]: '0+3x90', [ended('Skipped')]: '0+9x90' },
    80,
    '75% of the executions of the last hour that were not skipped have failed. List them with kubectl get wfe -A --field-selector status.phase=Failed; status.failure has the reason, and kubernaut_workflow_execution_failures_total counts them by reason.',
  ),
  fires(
    'WorkflowExecutionFailures',
    'every execution fails, and none has ever succeeded',
    { [ended('Failed', 'a')]: '0+1x90', [ended('Failed', 'b')]: '0+1x90' },
    80,
    '100% of the executions of the last hour that were not skipped have failed. List them with kubectl get wfe -A --field-selector status.phase=Failed; status.failure has the reason, and kubernaut_workflow_execution_failures_total counts them by reason.',
  ),
  doesNotFire(
    'WorkflowExecutionFailures',
    'one of four fails',
    { [ended('Success')]: '0+3x90', [ended('Failed')]: '0+1x90' },
    80,
  ),
  doesNotFire('WorkflowExecutionFailures', 'few executions fail', { [ended('Failed')]: '0x20 1x20 2x20 3x30' }, 80),

  fires(
    'WorkflowExecutionSkips',
    'three of four are skipped',
    { [ended('Success')]: '0+1x90', [ended('Skipped')]: '0+3x90' },
    80,
    '75% of the executions of the last hour were skipped: their target was busy or had just been remediated, or they were restored from a backup. List them with kubectl get wfe -A --field-selector status.phase=Skipped; status.skip names the conflicting execution.',
  ),
  doesNotFire(
    'WorkflowExecutionSkips',
    'one of four is skipped',
    { [ended('Success')]: '0+2x90', [ended('Failed')]: '0+1x90', [ended('Skipped')]: '0+1x90' },
    80,
  ),
  doesNotFire(
    'WorkflowExecutionSkips',
    'few executions are skipped',
    { [ended('Skipped')]: '0x20 1x20 5x20 9x30' },
    80,
  ),
];
