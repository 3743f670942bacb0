import type { Bench, Plot } from '../harness/bench.ts';
import { atMost, exactly, figure, type Figure } from '../harness/figure.ts';
import { isOfLeadership, isRead, serviceUser, type ApiRequest } from '../harness/requests.ts';
import { onReference, timeOnReference } from '../harness/reference.ts';
import { measureBurstsBesideCeiling, together, writesPerExecution, type BurstMeasures } from './measured-burst.ts';

/** The aims for one execution. */
const [mostWrites, mostCpuMs] = [6, 6];

/** What an execution costs the API server, and the service. */
export const cost: Bench = {
  name: 'cost',
  what: 'what the API server was asked for an execution, by its audit log, and the CPU time of the service for it',
  stage: 'shared',
  async run(context) {
    const { measured: bursts, ceiling } = await measureBurstsBesideCeiling(context);
    const measured = together(bursts);
    const patches = ceiling.patchesPerSecond;
    const reads = measured.requests.filter((request) => request.user === serviceUser && isRead(request));
    return {
      figures: [
        figure('writes of the service for an execution', writesPerExecution(measured).service, '', atMost(mostWrites)),
        figure('reads of the service', reads.length, '', exactly(0)),
        figure('CPU of the service for an execution', measured.cpuMs, 'ms', atMost(mostCpuMs)),
        figure(`the same, ${onReference}`, timeOnReference(measured.cpuMs, patches), 'ms', atMost(mostCpuMs)),
        figure('ceiling: status patches, 32 at once, before, between and after', patches, '/s'),
        ...kindsOf(measured),
      ],
      plots: [plotOf(measured)],
      notes: ['The renewals of the leader, one every two seconds whatever happens, are not counted.'],
    };
  },
};

/** How many requests of each kind there were for an execution. */
function kindsOf(measured: BurstMeasures): Figure[] {
  return countsOf(measured).map(([kind, count]) => figure(kind, count, ''));
}

function countsOf({ requests, stories }: BurstMeasures): readonly (readonly [kind: string, count: number])[] {
  const counted = requests.filter((request) => !isOfLeadership(request) && request.verb !== 'watch');
  return [...Map.groupBy(counted, kindOf)]
    .map(([kind, all]) => [kind, all.length / stories.length] as const)
    .filter(([kind, count]) => kind.startsWith('service') || count >= 0.01)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Who asked for what: `service: patch workflowexecutions/status`; and with what it was refused, if it was. */
function kindOf({ user, verb, resource, status }: ApiRequest): string {
  const who = user === serviceUser ? 'service' : user === 'admin' ? 'load and completer' : 'Kubernetes';
  return `${who}: ${verb} ${resource}${status >= 300 ? ` (${status})` : ''}`;
}

function plotOf(measured: BurstMeasures): Plot {
  const own = countsOf(measured).filter(([kind]) => kind.startsWith('service: '));
  return {
    ...{ name: 'cost', title: 'Cost: requests of the service for an execution', kind: 'bars' },
    x: { label: 'request' },
    y: { label: 'for an execution' },
    series: [{ name: 'requests', points: own.map(([kind, count]) => [kind.replace('service: ', ''), count] as const) }],
  };
}
