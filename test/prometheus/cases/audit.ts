import { fires, timeSeries, seriesOfSecondReplica, doesNotFire, type AlertCase } from '../case.ts';

const lost = (reason: string) => timeSeries('kubernaut_audit_events_lost_total', { reason });
const age = timeSeries('kubernaut_audit_oldest_pending_seconds');
const pending = timeSeries('kubernaut_audit_events_pending');
const retried = timeSeries('kubernaut_audit_deliveries_retried_total');
const delivered = timeSeries('kubernaut_audit_events_delivered_total');

/** Alerts about the audit trail. */
export const audit: readonly AlertCase[] = [
  fires(
    'WorkflowExecutionAuditEventsLost',
    'one was rejected permanently',
    { [lost('refused')]: '0x60 1x30', [lost('tooOld')]: '0x90' },
    62,
    'About 1 audit events were given up in the last hour (refused). The log of the leader has each in full, in the field audit: keep that log, and post them by hand.',
    { namespace: 'kubernaut-system', reason: 'refused' },
  ),
  doesNotFire('WorkflowExecutionAuditEventsLost', 'none ever was', { [lost('refused')]: '0x90' }, 62),

  fires(
    'WorkflowExecutionAuditDelayed',
    'the oldest has waited for more than 10 minutes',
    { [age]: '0+60x20' },
    13,
    'The oldest pending audit event is 13m 0s old. After 15 minutes the events of deleted executions are given up. Check whether data storage responds: the log of the leader has its answer.',
  ),
  doesNotFire('WorkflowExecutionAuditDelayed', 'data storage is away for 5 minutes', { [age]: '0+60x5 0x20' }, 13),

  fires(
    'WorkflowExecutionAuditBacklog',
    'more than ten thousand wait',
    { [pending]: '0+1000x30' },
    20,
    '20000 audit events are pending. Data storage is slower than executions arrive: check its latency.',
  ),
  doesNotFire('WorkflowExecutionAuditBacklog', 'a thousand wait', { [pending]: '1000x30' }, 20),

  fires(
    'WorkflowExecutionAuditRetries',
    'a request a minute fails',
    { [retried]: '0+1x40' },
    30,
    'About 10 requests to data storage have failed in 10 minutes and were retried. The log of the leader has its answer; 401 and 403 mean the token or its rights.',
  ),
  doesNotFire('WorkflowExecutionAuditRetries', 'three answers were lost', { [retried]: '0x10 3x30' }, 18),

  fires(
    'WorkflowExecutionAuditStopped',
    'events wait, and none is recorded',
    {
      [pending]: '7x40',
      [delivered]: '0+10x5 50x40',
      [seriesOfSecondReplica('kubernaut_audit_events_delivered_total')]: '0x40',
    },
    35,
    '7 audit events are pending, and none has been recorded for 15 minutes. Check whether data storage is up, and the address and the token of the service.',
  ),
  doesNotFire('WorkflowExecutionAuditStopped', 'nothing happens', { [pending]: '0x40', [delivered]: '50x40' }, 35),
  doesNotFire('WorkflowExecutionAuditStopped', 'delivery is slow', { [pending]: '9x40', [delivered]: '0+1x40' }, 35),
];
