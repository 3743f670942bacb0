import { counter, gauge, histogram, type Metric } from './metric.ts';

/** Of the plan: remediations take minutes. */
const workflowBuckets = [30, 60, 120, 300, 600, 1800];
/** controller-runtime's, less every second one. */
const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 8, 15, 30, 60];
/** client-go's: https://github.com/kubernetes/component-base/blob/master/metrics/prometheus/workqueue/metrics.go */
const queueBuckets = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];
/** client-go's for requests to the API server. */
const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** From an answer out of memory to the time-out of a call to the API server. */
const callBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Every metric of this service beside those of the process. The names and labels from the world of Kubernetes controllers
 * are theirs, so that dashboards and alerts that exist can be used. docs/metrics.md is made from this list.
 */
export const metrics = {
  executions: counter(
    'kubernaut_workflow_execution_total',
    'Executions that have ended, each counted once, by the replica that wrote its end',
    'workflow_id',
    'outcome',
  ),
  executionDuration: histogram(
    'kubernaut_workflow_execution_duration_seconds',
    'From the creation of a PipelineRun to its end',
    workflowBuckets,
    'workflow_id',
  ),
  executionsNow: gauge('kubernaut_workflow_executions', 'Executions there are now, by phase', 'phase'),
  oldestPending: gauge(
    'kubernaut_workflow_execution_oldest_pending_seconds',
    'How long ago the execution was created that has been Pending for the longest time; 0 when none is',
  ),
  failures: counter('kubernaut_workflow_execution_failures_total', 'Executions that have failed, by reason', 'reason'),
  skips: counter('kubernaut_workflow_execution_skips_total', 'Executions that were skipped, by reason', 'reason'),
  creationErrors: counter(
    'kubernaut_pipelinerun_creation_errors_total',
    'Tries to create a PipelineRun that the API server did not take, each refusal and each lost answer',
  ),
  lockContention: counter(
    'kubernaut_lock_contention_total',
    'Times that a target could not be had, because another execution holds it (held), or that its lock changed under a write and was looked at again (conflict)',
    'cause',
  ),
  lockLongestHeld: gauge(
    'kubernaut_lock_longest_held_seconds',
    'How long the target has been locked that has been so for the longest time; 0 when none is',
  ),

  reconciles: counter(
    'controller_runtime_reconcile_total',
    'Passes of the reconciler, by result',
    'controller',
    'result',
  ),
  reconcileErrors: counter('controller_runtime_reconcile_errors_total', 'Passes that failed', 'controller'),
  reconcileTime: histogram(
    'controller_runtime_reconcile_time_seconds',
    'How long a pass took',
    reconcileBuckets,
    'controller',
  ),
  activeWorkers: gauge('controller_runtime_active_workers', 'Executions in work now', 'controller'),
  maxWorkers: gauge(
    'controller_runtime_max_concurrent_reconciles',
    'The most executions in work at once (WFE_WORKERS)',
    'controller',
  ),

  queueDepth: gauge('workqueue_depth', 'Executions that wait to be looked at', 'name'),
  queueAdds: counter('workqueue_adds_total', 'Executions that were put on the queue', 'name'),
  queueRetries: counter(
    'workqueue_retries_total',
    'Executions that were put on the queue again after a failure',
    'name',
  ),
  queueWait: histogram(
    'workqueue_queue_duration_seconds',
    'How long an execution waited on the queue',
    queueBuckets,
    'name',
  ),
  queueWork: histogram('workqueue_work_duration_seconds', 'How long an execution was in work', queueBuckets, 'name'),
  queueUnfinished: gauge(
    'workqueue_unfinished_work_seconds',
    'How long the executions in work have been so, all added up',
    'name',
  ),
  queueLongest: gauge(
    'workqueue_longest_running_processor_seconds',
    'How long the execution has been in work that has been so for the longest time',
    'name',
  ),

  apiRequests: counter(
    'rest_client_requests_total',
    'Requests to the API server; the code is <error> when no answer came',
    'code',
    'method',
    'host',
  ),
  apiRequestDuration: histogram(
    'rest_client_request_duration_seconds',
    'Until the API server began to answer',
    requestBuckets,
    'verb',
    'host',
  ),
  watchRestarts: counter(
    'kubernaut_watch_restarts_total',
    'Times that a list or watch broke off and everything was listed again; ends in good order do not count',
    'resource',
  ),
  storedObjects: gauge('kubernaut_store_objects', 'Objects that are mirrored in memory', 'resource'),
  leader: gauge('leader_election_master_status', '1 on the replica that reconciles, 0 on the others', 'name'),

  httpRequests: histogram(
    'http_server_request_duration_seconds',
    'REST requests, until the answer was out; for watches and logs how long they were open',
    callBuckets,
    'method',
    'route',
    'code',
  ),
  grpcCalls: histogram(
    'grpc_server_handling_seconds',
    'gRPC calls, until the status was out; for watches and logs how long they were open',
    callBuckets,
    'grpc_service',
    'grpc_method',
    'grpc_code',
  ),
  openStreams: gauge('kubernaut_open_streams', 'Watches and logs that are open now, over both transports'),
  certificateEnd: gauge(
    'kubernaut_certificate_expiration_timestamp_seconds',
    'When the certificate ends that REST and gRPC show, in seconds since 1970; 0 without TLS',
  ),

  auditDelivered: counter('kubernaut_audit_events_delivered_total', 'Audit events that are recorded'),
  auditRetries: counter(
    'kubernaut_audit_deliveries_retried_total',
    'Requests to the data storage service that failed and are made again',
  ),
  auditLost: counter(
    'kubernaut_audit_events_lost_total',
    'Audit events that are not recorded and will not be, by reason; each is in the log, whole',
    'reason',
  ),
  auditPending: gauge('kubernaut_audit_events_pending', 'Audit events that are on their way'),
  auditOldest: gauge(
    'kubernaut_audit_oldest_pending_seconds',
    'How long ago the oldest audit event happened that is on its way; 0 when none is',
  ),

  build: gauge('kubernaut_workflow_execution_build_info', 'Always 1; what is running', 'version', 'node_version'),
} as const satisfies Record<string, Metric>;
