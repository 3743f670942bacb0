import { fires, timeSeries, seriesOfSecondReplica, doesNotFire, type AlertCase } from '../case.ts';

const leader = 'leader_election_master_status';
/** The label of the leader's Lease. */
const lease = { name: 'leader' };
const series = (metric: string, deployment: string) =>
  `${metric}{namespace="kubernaut-system",deployment="${deployment}"}`;
const asked = (deployment = 'workflow-execution-api') => series('kube_deployment_spec_replicas', deployment);
const ready = (deployment = 'workflow-execution-api') => series('kube_deployment_status_replicas_ready', deployment);
/** Known labels of an absent series. */
const job = { job: 'workflow-execution' };
const apiDown =
  'No replica of the API has been scraped for 5 minutes: callers cannot create executions. Existing executions continue, and kubectl can create new ones. Check the pods: kubectl -n kubernaut-system get pods -l app.kubernetes.io/component=api.';
const controllerDown =
  'No replica of the controller has been scraped for 5 minutes: executions are neither started nor tracked. The API accepts new ones, which stay Pending. Check the pods: kubectl -n kubernaut-system get pods -l app.kubernetes.io/component=controller.';
const certificate = timeSeries('kubernaut_certificate_expiration_timestamp_seconds');
const memoryUsed = 'process_resident_memory_bytes';
const memory = timeSeries(memoryUsed);
const memoryLimit = timeSeries('kubernaut_memory_limit_bytes');
/** Days in seconds; test time starts at 0. */
const days = (count: number) => count * 86_400;

/** Alerts about replicas and leadership. */
export const replicas: readonly AlertCase[] = [
  ...[
    { alert: 'WorkflowExecutionApiDown', series: 'kubernaut_open_streams', description: apiDown },
    { alert: 'WorkflowExecutionControllerDown', series: leader, description: controllerDown },
  ].flatMap(({ alert, series, description }) => [
    fires(
      alert,
      'the last replica has not been scraped for 5 minutes',
      { [timeSeries(series)]: '1x5 stale' },
      11,
      description,
      job,
    ),
    fires(
      alert,
      'there has never been one',
      { [timeSeries('process_cpu_seconds_total')]: '1x10' },
      6,
      description,
      job,
    ),
    doesNotFire(
      alert,
      'one of two is scraped',
      { [timeSeries(series)]: '0 stale', [seriesOfSecondReplica(series)]: '0x20' },
      15,
    ),
  ]),

  ...(['workflow-execution-api', 'workflow-execution-controller', 'workflowexecution-controller'] as const).map(
    (deployment) =>
      fires(
        'WorkflowExecutionReplicasNotReady',
        `one of two of ${deployment} has not been ready for 10 minutes`,
        { [asked(deployment)]: '2x20', [ready(deployment)]: '1x20' },
        11,
        `Unready replicas of ${deployment} in namespace kubernaut-system for 10 minutes: 1. /readyz on port 8081 of the pod names the failing check.`,
        { namespace: 'kubernaut-system', deployment },
      ),
  ),
  doesNotFire('WorkflowExecutionReplicasNotReady', 'all are ready', { [asked()]: '2x20', [ready()]: '2x20' }, 15),
  doesNotFire(
    'WorkflowExecutionReplicasNotReady',
    'pods are replaced one after the other',
    { [asked()]: '3x20', [ready()]: '3 2x3 3 2x3 3x10' },
    15,
  ),

  fires(
    'WorkflowExecutionNoLeader',
    'two replicas have both not led for 2 minutes',
    { [timeSeries(leader, lease)]: '1x5 0x10', [seriesOfSecondReplica(leader, lease)]: '0x15' },
    9,
    'No replica in namespace kubernaut-system has held the Lease leader for 2 minutes: new executions stay Pending, and running ones are not tracked. Check the holder: kubectl -n kubernaut-system get lease leader.',
    { namespace: 'kubernaut-system', ...lease },
  ),
  doesNotFire(
    'WorkflowExecutionNoLeader',
    'the leader changes',
    { [timeSeries(leader, lease)]: '1x5 0x10', [seriesOfSecondReplica(leader, lease)]: '0x6 1x9' },
    9,
  ),

  fires(
    'WorkflowExecutionTwoLeaders',
    'two replicas have both led for 2 minutes',
    { [timeSeries(leader)]: '1x10', [seriesOfSecondReplica(leader)]: '1x10' },
    5,
    '2 replicas in namespace kubernaut-system report to lead. If WFE_LEADER_ELECTION is true, scale the Deployment workflow-execution-controller to one replica.',
  ),
  doesNotFire(
    'WorkflowExecutionTwoLeaders',
    'a change of the leader looks like two for a moment',
    { [timeSeries(leader)]: '1x6 0x10', [seriesOfSecondReplica(leader)]: '0x5 1x10' },
    8,
  ),
  doesNotFire(
    'WorkflowExecutionTwoLeaders',
    'another installation has a leader of its own',
    { [timeSeries(leader)]: '1x10', [timeSeries(leader, { namespace: 'staging' })]: '1x10' },
    8,
  ),

  fires(
    'WorkflowExecutionMemoryHigh',
    'one replica uses what its limit leaves for the heap',
    {
      ...{ [memory]: '84x30', [memoryLimit]: '100x30' },
      [seriesOfSecondReplica(memoryUsed)]: '50x30',
      [seriesOfSecondReplica('kubernaut_memory_limit_bytes')]: '100x30',
    },
    20,
    'wfe-1 in namespace kubernaut-system has used 84% of its memory limit for 15 minutes; at the limit it is killed. Keep fewer finished executions, or raise the limit.',
    { namespace: 'kubernaut-system', pod: 'wfe-1' },
  ),
  doesNotFire(
    'WorkflowExecutionMemoryHigh',
    'it was used for a few minutes only',
    { [memory]: '90x10 80x20', [memoryLimit]: '100x30' },
    25,
  ),

  fires(
    'WorkflowExecutionCertificateEndsSoon',
    'it ends in less than two weeks',
    { [certificate]: `${days(10)}x100` },
    90,
    'The certificate in use in namespace kubernaut-system expires in 9d 22h 30m 0s and has not been renewed. Check cert-manager: kubectl -n kubernaut-system describe certificate workflow-execution.',
  ),
  doesNotFire(
    'WorkflowExecutionCertificateEndsSoon',
    'it was renewed in time',
    { [certificate]: `${days(14)}x30 ${days(90)}x70` },
    95,
  ),
  doesNotFire('WorkflowExecutionCertificateEndsSoon', 'there is no TLS', { [certificate]: '0x100' }, 90),

  fires(
    'WorkflowExecutionCertificateEnds',
    'it ends within a day on one replica',
    {
      [certificate]: '43200x30',
      [seriesOfSecondReplica('kubernaut_certificate_expiration_timestamp_seconds')]: `${days(90)}x30`,
    },
    20,
    'The certificate in use in namespace kubernaut-system expires in 11h 40m 0s (negative: it has expired). After that no client connects. Renew the Secret workflow-execution-tls; no restart is needed.',
  ),
  fires(
    'WorkflowExecutionCertificateEnds',
    'it has ended',
    { [certificate]: '600x30' },
    20,
    'The certificate in use in namespace kubernaut-system expires in -10m 0s (negative: it has expired). After that no client connects. Renew the Secret workflow-execution-tls; no restart is needed.',
  ),
  doesNotFire('WorkflowExecutionCertificateEnds', 'it ends in two days', { [certificate]: `${days(2)}x30` }, 20),
];
