import { fires, timeSeries, doesNotFire, type AlertCase } from '../case.ts';

const rest = (code: string) =>
  timeSeries('http_server_request_duration_seconds_count', { method: 'GET', route: '/', code });
const grpc = (code: string) =>
  timeSeries('grpc_server_handling_seconds_count', { grpc_method: 'Create', grpc_code: code });
const request = (code: string) => timeSeries('rest_client_requests_total', { method: 'GET', host: 'api', code });
const restarts = (resource: string) => timeSeries('kubernaut_watch_restarts_total', { resource });

const failing = (share: string) =>
  `${share} of the calls over REST or gRPC in namespace kubernaut-system have ended with a server error for 10 minutes: remediations may not start. First check whether the API server responds to the service (WorkflowExecutionApiServerErrors).`;

/** Alerts about incoming and outgoing calls. */
export const api: readonly AlertCase[] = [
  fires(
    'WorkflowExecutionApiErrors',
    'one REST request in ten is answered with 503',
    { [rest('200')]: '0+9x30', [rest('503')]: '0+1x30', [grpc('OK')]: '0+9x30' },
    20,
    failing('10%'),
  ),
  fires(
    'WorkflowExecutionApiErrors',
    'one gRPC call in five fails, and there is no REST',
    { [grpc('OK')]: '0+8x30', [grpc('INTERNAL')]: '0+1x30', [grpc('UNAVAILABLE')]: '0+1x30' },
    20,
    failing('20%'),
  ),
  doesNotFire(
    'WorkflowExecutionApiErrors',
    'callers make mistakes, and go away',
    {
      [rest('200')]: '0+1x30',
      [rest('403')]: '0+9x30',
      [rest('499')]: '0+9x30',
      [grpc('OK')]: '0+1x30',
      [grpc('INVALID_ARGUMENT')]: '0+9x30',
    },
    20,
  ),
  doesNotFire(
    'WorkflowExecutionApiErrors',
    'watches ended as a replica stopped',
    { [grpc('OK')]: '0+9x30', [grpc('UNAVAILABLE')]: '0x10 50x20' },
    20,
  ),

  fires(
    'WorkflowExecutionApiServerErrors',
    'requests are answered with errors, held back, or not answered',
    {
      [request('200')]: '0+7x30',
      [request('500')]: '0+1x30',
      [request('429')]: '0+1x30',
      [request('<error>')]: '0+1x30',
    },
    20,
    "30% of the requests to the API server from namespace kubernaut-system have failed for 10 minutes. Check its health: kubectl get --raw='/readyz?verbose'.",
  ),
  doesNotFire(
    'WorkflowExecutionApiServerErrors',
    'compare-and-swap conflicts occur, which is normal',
    { [request('200')]: '0+5x30', [request('409')]: '0+5x30', [request('404')]: '0+5x30' },
    20,
  ),

  fires(
    'WorkflowExecutionWatchRestarts',
    'the watch of one replica breaks off every minute',
    { [restarts('pipelineruns')]: '0+1x40', [restarts('leases')]: '0x40' },
    35,
    'The watch on pipelineruns of wfe-1 has failed about 15 times in 15 minutes, and everything was listed again each time. Check whether the API server is healthy and not overloaded.',
    { namespace: 'kubernaut-system', pod: 'wfe-1', resource: 'pipelineruns' },
  ),
  doesNotFire(
    'WorkflowExecutionWatchRestarts',
    'the API server was restarted once',
    { [restarts('pipelineruns')]: '0x10 3x30' },
    26,
  ),
];
