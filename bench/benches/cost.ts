import type { Bench } from '../harness/bench.ts';
import { atMost, exactly, figure, prefixed, type Figure } from '../harness/figure.ts';
import { isOfLeadership, isRead, serviceUser, type ApiRequest } from '../harness/requests.ts';
import { onReference, timeOnReference } from '../harness/reference.ts';
import { measureBurstsAgainstCeiling, combined, writesPerExecution, type BurstMeasures } from './measured-burst.ts';

/** Targets for one execution. */
const [mostWrites, mostCpuMs] = [6, 6];

/** Cost of an execution for the API server and the service. */
export const cost: Bench = {
  name: 'cost',
  what: 'what the API server was asked for an execution, by its audit log, and the CPU time of the service for it',
  cluster: 'shared',
  async run(context) {
    const { onApiServer, overGrpc, patches } = await measureBurstsAgainstCeiling(context);
    const [direct, called] = [combined(onApiServer), combined(overGrpc)];
    return {
      figures: [
        figure('ceiling: status patches, 32 at once, before, between and after', patches, '/s'),
        ...figuresOf(direct, patches),
        ...figuresOf(called, patches).map(prefixed('over gRPC')),
      ],
      notes: [
        'Lease renewals of the leader, one every two seconds, are not counted.',
        'Executions are created by the load on the API server, or over gRPC by the service itself, which gives them their finalizer.',
      ],
    };
  },
};

function figuresOf(measured: BurstMeasures, patches: number): Figure[] {
  const { requests, timelines } = measured;
  const reads = requests.filter((request) => request.user === serviceUser && isRead(request));
  const others = reads.filter(({ resource }) => resource !== 'pods');
  const { service } = writesPerExecution(measured);
  return [
    figure('writes of the service for an execution, beside its creation', service, '', atMost(mostWrites)),
    figure(
      'lists of pods at the end of an execution',
      (reads.length - others.length) / timelines.length,
      '',
      exactly(1),
    ),
    figure('other reads of the service', others.length, '', exactly(0)),
    figure('CPU of the service for an execution', measured.cpuMs, 'ms', atMost(mostCpuMs)),
    figure(`the same, ${onReference}`, timeOnReference(measured.cpuMs, patches), 'ms', atMost(mostCpuMs)),
    ...kindsOf(measured),
  ];
}

/** Requests per execution by kind. */
function kindsOf(measured: BurstMeasures): Figure[] {
  return countsOf(measured).map(([kind, count]) => figure(kind, count, ''));
}

function countsOf({ requests, timelines }: BurstMeasures): readonly (readonly [kind: string, count: number])[] {
  const counted = requests.filter((request) => !isOfLeadership(request) && request.verb !== 'watch');
  return [...Map.groupBy(counted, kindOf)]
    .map(([kind, all]) => [kind, all.length / timelines.length] as const)
    .filter(([kind, count]) => kind.startsWith('service') || count >= 0.01)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Client and request, with the status of a refusal: `service: patch workflowexecutions/status`. */
function kindOf({ user, verb, resource, status }: ApiRequest): string {
  const who = user === serviceUser ? 'service' : user === 'admin' ? 'load and completer' : 'Kubernetes';
  return `${who}: ${verb} ${resource}${status >= 300 ? ` (${status})` : ''}`;
}
