import { bundlePatterns, serviceAccountPatterns } from './policy-rules.ts';
import {
  address,
  boolean,
  duration,
  file,
  integer,
  namespace,
  namespaces,
  oneOf,
  someOf,
  url,
  wholeSeconds,
  words,
  type Rule,
} from './rules.ts';

/** One setting: the environment variable that holds it, how it is read and what it is for. */
export interface Setting<T> {
  readonly variable: `WFE_${string}`;
  readonly rule: Rule<T>;
  /** Text that stands for the variable when it is not set. */
  readonly default: string;
  readonly description: string;
}

function setting<T>(
  variable: Setting<T>['variable'],
  rule: Rule<T>,
  default_: string,
  description: string,
): Setting<T> {
  return { variable, rule, default: default_, description };
}

/** Every setting there is. The typed configuration and the table in docs/ are made from this list. */
export const settings = {
  roles: setting(
    'WFE_ROLES',
    someOf('api', 'controller'),
    'api,controller',
    'What this process does: serve the execution API, reconcile executions, or both.',
  ),
  http: setting(
    'WFE_HTTP_ADDRESS',
    address,
    '127.0.0.1:8080',
    'Where REST and Swagger UI listen; beyond the loopback interface with TLS.',
  ),
  grpc: setting(
    'WFE_GRPC_ADDRESS',
    address,
    '127.0.0.1:50051',
    'Where gRPC listens; beyond the loopback interface with TLS.',
  ),
  metrics: setting('WFE_METRICS_ADDRESS', address, '0.0.0.0:9090', 'Where GET /metrics is answered, to anybody.'),
  health: setting(
    'WFE_HEALTH_ADDRESS',
    address,
    '0.0.0.0:8081',
    'Where GET /livez, /readyz and /startupz are answered, to anybody.',
  ),
  namespace: setting(
    'WFE_NAMESPACE',
    namespace,
    'kubernaut-system',
    "Where the service keeps its locks. In a pod the pod's own namespace, when it is not set.",
  ),
  clusterLeaseNamespace: setting(
    'WFE_CLUSTER_LEASE_NAMESPACE',
    namespace,
    'kube-system',
    'Where the Lease is that says which installation reconciles this cluster; the same for all installations.',
  ),
  watchNamespaces: setting(
    'WFE_WATCH_NAMESPACES',
    namespaces,
    '',
    'Namespaces whose executions are served; empty for all.',
  ),
  cooldownMs: setting(
    'WFE_COOLDOWN',
    duration('0s', '24h'),
    '5m',
    'How long the same workflow is not run again on the same target after its steps ran; 0s turns it off.',
  ),
  allowUnknownKinds: setting(
    'WFE_ALLOW_UNKNOWN_KINDS',
    boolean,
    'false',
    'Whether targets may be of kinds that the cluster does not know; their scope and spelling are then taken as written.',
  ),
  allowedBundles: setting(
    'WFE_ALLOWED_BUNDLES',
    bundlePatterns,
    '**',
    'Repositories whose bundles may run. Any other execution fails.',
  ),
  requireDigest: setting(
    'WFE_REQUIRE_DIGEST',
    boolean,
    'false',
    'Whether an execution has to pin its bundle by a digest.',
  ),
  allowedServiceAccounts: setting(
    'WFE_ALLOWED_SERVICE_ACCOUNTS',
    serviceAccountPatterns,
    '*:*',
    'ServiceAccounts that executions may run as, by namespace. Any other execution fails.',
  ),
  podSecurity: setting(
    'WFE_POD_SECURITY',
    oneOf('restricted', 'none'),
    'restricted',
    'Pod Security Standard that PipelineRuns ask for: restricted runs all pods as non-root with the seccomp profile RuntimeDefault; none is for workflows whose images run as root.',
  ),
  maxTimeoutMs: setting(
    'WFE_MAX_TIMEOUT',
    duration('1s', '8760h'),
    '24h',
    'Longest executionConfig.timeout. An execution with a longer one fails.',
  ),
  resyncMs: setting(
    'WFE_RESYNC',
    duration('1s', '24h'),
    '10m',
    'How often everything is listed and looked at again, spread over that time, to repair what a watch may have missed.',
  ),
  startDeadlineMs: setting(
    'WFE_START_DEADLINE',
    duration('1s', '24h'),
    '10m',
    'How long an execution is tried to be started after the first refusal; then it fails, and its target is free.',
  ),
  statusDeadlineMs: setting(
    'WFE_STATUS_DEADLINE',
    duration('1s', '24h'),
    '10m',
    'How long Tekton may take to record that a run has ended, after its last step or its timeout; then the run is cancelled.',
  ),
  workers: setting('WFE_WORKERS', integer(1, 256), '16', 'How many executions are reconciled at once.'),
  leaderElection: setting(
    'WFE_LEADER_ELECTION',
    boolean,
    'true',
    'Whether replicas agree on one that reconciles. Without it there must be one replica only.',
  ),
  leaderLeaseMs: setting(
    'WFE_LEADER_LEASE',
    wholeSeconds('3s', '5m'),
    '15s',
    'How long the other replicas wait for a leader that has gone silent.',
  ),
  shutdownMs: setting(
    'WFE_SHUTDOWN_TIMEOUT',
    duration('0s', '10m'),
    '25s',
    'How long a shutdown waits for calls and reconciles in flight.',
  ),
  auth: setting(
    'WFE_AUTH',
    oneOf('kubernetes', 'none'),
    'kubernetes',
    'How callers of the API are known: by tokens of the cluster and its RBAC, or, on the loopback interface only, not at all.',
  ),
  authAudiences: setting('WFE_AUTH_AUDIENCES', words, 'workflow-execution', 'Audiences that a token may be made for.'),
  authCacheMs: setting(
    'WFE_AUTH_CACHE',
    duration('1s', '1m'),
    '10s',
    "How long the cluster's answer of who a caller is and what they may do is remembered; open streams are checked anew as often.",
  ),
  rateLimit: setting(
    'WFE_RATE_LIMIT',
    integer(0, 100_000),
    '100',
    'How many calls a second a caller may make over a longer time; 0 for any number.',
  ),
  rateBurst: setting('WFE_RATE_BURST', integer(1, 100_000), '200', 'How many calls a caller may make at once.'),
  maxStreams: setting(
    'WFE_MAX_STREAMS',
    integer(1, 100_000),
    '2000',
    'How many watches and logs may be open at once on one replica.',
  ),
  maxStreamsPerCaller: setting(
    'WFE_MAX_STREAMS_PER_CALLER',
    integer(1, 100_000),
    '100',
    'How many of them one caller may have.',
  ),
  maxConnections: setting(
    'WFE_MAX_CONNECTIONS',
    integer(1, 100_000),
    '2000',
    'How many connections REST may have open, and gRPC as many. At the limit a new one takes the place of the oldest one without an authenticated call.',
  ),
  maxConnectionsPerAddress: setting(
    'WFE_MAX_CONNECTIONS_PER_ADDRESS',
    integer(1, 100_000),
    '500',
    'How many of them one IP address may have, or one IPv6 network (/64).',
  ),
  grpcMaxConnectionAgeMs: setting(
    'WFE_GRPC_MAX_CONNECTION_AGE',
    duration('0s', '24h'),
    '30m',
    'After how long, give or take a tenth, a gRPC client is asked to connect anew, so that replicas stay balanced; 0s for never.',
  ),
  grpcMaxConnectionAgeGraceMs: setting(
    'WFE_GRPC_MAX_CONNECTION_AGE_GRACE',
    duration('0s', '1h'),
    '1m',
    'How long calls in flight may then go on. Streams are ended with an error that says where to resume.',
  ),
  tlsCertFile: setting(
    'WFE_TLS_CERT_FILE',
    file,
    '',
    'PEM file with the certificate chain of REST and gRPC; with WFE_TLS_KEY_FILE it turns TLS on. Both are read again when they change.',
  ),
  tlsKeyFile: setting('WFE_TLS_KEY_FILE', file, '', "PEM file with the certificate's private key."),
  tlsClientCaFile: setting(
    'WFE_TLS_CLIENT_CA_FILE',
    file,
    '',
    'PEM file with the CAs of client certificates; when it is given, every client has to show one.',
  ),
  plaintext: setting(
    'WFE_PLAINTEXT',
    boolean,
    'false',
    'Whether the API may listen beyond the loopback interface without TLS.',
  ),
  drainDelayMs: setting(
    'WFE_DRAIN_DELAY',
    duration('0s', '5m'),
    '5s',
    'How long a service that was told to stop goes on taking calls, so that whoever sends them learns that it is going.',
  ),
  dataStorageUrl: setting(
    'WFE_DATA_STORAGE_URL',
    url,
    '',
    'Base URL of the data storage service that keeps the audit trail; without it audit events go to the log.',
  ),
  dataStorageTokenFile: setting(
    'WFE_DATA_STORAGE_TOKEN_FILE',
    file,
    '',
    'File with the ServiceAccount token that the data storage service is shown. It is read again when it changes.',
  ),
  dataStorageCaFile: setting(
    'WFE_DATA_STORAGE_CA_FILE',
    file,
    '',
    "PEM file with the CAs of the data storage service's certificate; empty for those of the system.",
  ),
  dataStorageTimeoutMs: setting(
    'WFE_DATA_STORAGE_TIMEOUT',
    duration('100ms', '1m'),
    '10s',
    'How long an answer of the data storage service may take.',
  ),
  auditSettleMs: setting(
    'WFE_AUDIT_SETTLE',
    duration('100ms', '1h'),
    '5m',
    'How long an audit event that may have been sent, and is not there, may still come; then it is sent again.',
  ),
  auditConfirmMs: setting(
    'WFE_AUDIT_CONFIRM_TIMEOUT',
    duration('1s', '24h'),
    '1h',
    'How long an audit event that the data storage service has queued may take to be there.',
  ),
  auditDeleteWaitMs: setting(
    'WFE_AUDIT_DELETE_WAIT',
    duration('0s', '24h'),
    '15m',
    'How long the deletion of an execution waits for its audit events; what is left then is written to the log as an error.',
  ),
  auditMaxPending: setting(
    'WFE_AUDIT_MAX_PENDING',
    integer(100, 1_000_000),
    '20000',
    'How many executions with audit events on their way are kept in memory; the others wait in the cluster.',
  ),
  logLevel: setting(
    'WFE_LOG_LEVEL',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
    'info',
    'The least severe log line that is written.',
  ),
  logLevelFile: setting(
    'WFE_LOG_LEVEL_FILE',
    file,
    '',
    'File with one of these words, such as a key of a ConfigMap that is mounted: it is read again when it changes, and comes before WFE_LOG_LEVEL.',
  ),
} as const;
