import { counter, gauge, histogram, type Metric } from './metric.ts';

/** Remediations take minutes. */
const workflowBuckets = [30, 60, 120, 300, 600, 1800];
/** Every second bucket of controller-runtime. */
const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 8, 15, 30, 60];
/** As in client-go: https://github.com/kubernetes/component-base/blob/master/metrics/prometheus/workqueue/metrics.go */
const queueBuckets = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];
/** As in client-go for requests to the API server. */
const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** From a response from the cache to the timeout of a request to the API server. */
const callBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * All metrics except those of the process. Names and labels of client-go and controller-runtime are kept, so that existing
 * dashboards and alerts work. docs/metrics.md is generated from this list.
 */
export const metrics = {
  executions: counter(
    'kubernaut_workflow_execution_total',
    'Finished executions by workflow and outcome',
    'workflow_id',
    'outcome',
  ),
  executionDuration: histogram(
    'kubernaut_workflow_execution_duration_seconds',
    'Duration of PipelineRuns in seconds, from creation to completion',
    workflowBuckets,
    'workflow_id',
  ),
  executionsNow: gauge(
    'kubernaut_workflow_executions',
    'Current number of executions by phase; final phases are absent until the history has been read',
    'phase',
  ),
  oldestPending: gauge(
    'kubernaut_workflow_execution_oldest_pending_seconds',
    'Age of the oldest Pending execution that is not paused in seconds; 0 if none',
  ),
  pauses: gauge(
    'kubernaut_workflow_execution_pauses',
    'Pauses of all namespaces (cluster) and of single ones (namespace) that the leader has put into force',
    'scope',
  ),
  expirations: counter(
    'kubernaut_workflow_execution_expirations_total',
    'Finished executions deleted because their TTL had passed (ttl) or their namespace had too many (limit)',
    'reason',
  ),
  failures: counter('kubernaut_workflow_execution_failures_total', 'Failed executions by reason', 'reason'),
  skips: counter('kubernaut_workflow_execution_skips_total', 'Skipped executions by reason', 'reason'),
  creationErrors: counter(
    'kubernaut_pipelinerun_creation_errors_total',
    'Failed attempts to create a PipelineRun: rejected by the API server, or without a response',
  ),
  lockContention: counter(
    'kubernaut_lock_contention_total',
    'Failed attempts to lock a target: held by another execution (held) or changed concurrently and retried (conflict)',
    'cause',
  ),
  lockLongestHeld: gauge('kubernaut_lock_longest_held_seconds', 'Age of the oldest target lock in seconds; 0 if none'),

  reconciles: counter('controller_runtime_reconcile_total', 'Reconciliations by result', 'controller', 'result'),
  reconcileErrors: counter('controller_runtime_reconcile_errors_total', 'Failed reconciliations', 'controller'),
  reconcileTime: histogram(
    'controller_runtime_reconcile_time_seconds',
    'Duration of a reconciliation in seconds',
    reconcileBuckets,
    'controller',
  ),
  activeWorkers: gauge('controller_runtime_active_workers', 'Executions being reconciled', 'controller'),
  maxWorkers: gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Maximum number of concurrent reconciliations (WFE_WORKERS)',
    'controller',
  ),

  queueDepth: gauge('workqueue_depth', 'Executions waiting in the queue', 'name'),
  queueAdds: counter('workqueue_adds_total', 'Executions added to the queue', 'name'),
  queueRetries: counter('workqueue_retries_total', 'Executions added to the queue again after a failure', 'name'),
  queueWait: histogram(
    'workqueue_queue_duration_seconds',
    'Time that an execution waited in the queue, in seconds',
    queueBuckets,
    'name',
  ),
  queueWork: histogram(
    'workqueue_work_duration_seconds',
    'Time to process an execution from the queue, in seconds',
    queueBuckets,
    'name',
  ),
  queueUnfinished: gauge(
    'workqueue_unfinished_work_seconds',
    'Total time in seconds that the current reconciliations have been running',
    'name',
  ),
  queueLongest: gauge(
    'workqueue_longest_running_processor_seconds',
    'Time in seconds that the longest current reconciliation has been running',
    'name',
  ),

  apiRequests: counter(
    'rest_client_requests_total',
    'Requests to the API server; code <error> if there was no response',
    'code',
    'method',
    'host',
  ),
  apiRequestDuration: histogram(
    'rest_client_request_duration_seconds',
    'Time until the API server starts to respond, in seconds',
    requestBuckets,
    'verb',
    'host',
  ),
  memoryLimit: gauge(
    'kubernaut_memory_limit_bytes',
    "The container's memory limit, or else the machine's memory; process_resident_memory_bytes must stay below",
  ),
  watchRestarts: counter(
    'kubernaut_watch_restarts_total',
    'Relists after a failed list or watch; regular ends of a watch do not count',
    'resource',
  ),
  storedObjects: gauge(
    'kubernaut_store_objects',
    'Objects in the informer caches; in one that is being read, those read so far',
    'resource',
  ),
  leader: gauge('leader_election_master_status', '1 on the leader, 0 on other replicas', 'name'),

  httpRequests: histogram(
    'http_server_request_duration_seconds',
    'Duration of REST requests in seconds; for watches and logs the time that they were open',
    callBuckets,
    'method',
    'route',
    'code',
  ),
  grpcCalls: histogram(
    'grpc_server_handling_seconds',
    'Duration of gRPC calls in seconds; for watches and logs the time that they were open',
    callBuckets,
    'grpc_service',
    'grpc_method',
    'grpc_code',
  ),
  openStreams: gauge('kubernaut_open_streams', 'Open watches and logs, over both transports'),
  certificateEnd: gauge(
    'kubernaut_certificate_expiration_timestamp_seconds',
    'Expiry of the serving certificate as a Unix timestamp; 0 without TLS',
  ),

  auditDelivered: counter('kubernaut_audit_events_delivered_total', 'Audit events recorded'),
  auditRetries: counter(
    'kubernaut_audit_deliveries_retried_total',
    'Failed requests to the data storage service that are retried',
  ),
  auditLost: counter(
    'kubernaut_audit_events_lost_total',
    'Audit events given up, by reason; each is logged in full',
    'reason',
  ),
  auditPending: gauge('kubernaut_audit_events_pending', 'Audit events not yet recorded'),
  auditOldest: gauge(
    'kubernaut_audit_oldest_pending_seconds',
    'Age of the oldest audit event not yet recorded, in seconds; 0 if none',
  ),

  build: gauge(
    'kubernaut_workflow_execution_build_info',
    'Version of the running service; always 1',
    'version',
    'node_version',
  ),
} as const satisfies Record<string, Metric>;
