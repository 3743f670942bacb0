import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../harness/bench.ts';
import type { BenchContext } from '../harness/context.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { mebibyte } from '../harness/process-usage.ts';
import { collectorFigureName } from '../harness/costs.ts';
import { isOfLeadership, isWrite } from '../harness/requests.ts';
import type { BenchService } from '../harness/service.ts';
import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { measureBusy } from '../load/busy.ts';
import { now } from '../load/clock.ts';
import { trustedJson } from '../load/json.ts';
import { quantile } from '../load/quantiles.ts';
import { trendOf } from '../load/trend.ts';
import { Timelines, untilPipelineRun, untilTerminal, type Timeline } from '../load/timelines.ts';
import { busynessOf } from './burst.ts';
import { concurrency, startWarmService } from './measured-burst.ts';

/** Maximum growth along the fitted line, in percent of the mean. */
const mostGrowth = 10;
/** Maximum growth of handles along the fitted line. */
const mostHandles = 3;

/** Half the rate of a burst for a long time. */
export const soak: Bench = {
  name: 'soak',
  what: 'executions created at half of the rate of a burst of such, for half an hour; each is deleted after its end',
  cluster: 'own',
  async run(context) {
    const size = context.size(fullSize, quickSize);
    const service = await startWarmService(context, {
      settings: { WFE_COOLDOWN: size.cooldown, WFE_RESYNC: size.resync },
    });
    const rate = (await wholeLivesPerSecond(context, context.size(1_000, 200))) / 2;
    const soaked = await soakAt(rate, size, service, context);
    const samples = soaked.samples.filter(({ seconds }) => seconds >= size.settleSeconds);
    return {
      figures: [
        figure('rate: half of that of a burst until all are deleted', rate, '/s'),
        figure('executions to terminal', soaked.ended, ''),
        figure('writes of everybody for an execution, its deletion included', soaked.writes, ''),
        figure(collectorFigureName, soaked.collected, ''),
        ...growthsOf(samples),
        ...busynessOf(soaked),
      ],
      notes: [
        `Growth is that of the least squares line through all samples from ${size.settleSeconds} s on, from its begin to its end. ` +
          `Executions are deleted ${size.ttlSeconds} s after their end, the cooldown is ${size.cooldown}, and every ` +
          `${size.resync} the service looks at everything again: from then on as many are deleted, with their PipelineRuns ` +
          'and Leases, as are created, and what is done regularly has been done.',
        'To delete an execution and what belongs to it takes more than half as many writes again, and goes through the garbage ' +
          'collector of Kubernetes, which asks three times for each and keeps to a limit (--kube-api-qps). So the burst that ' +
          'gives the rate is one of executions that are deleted as soon as they have ended, until the last is gone: at half of ' +
          'the rate at which they only run a queue of deletions would grow.',
      ],
    };
  },
};

interface SoakSize {
  readonly seconds: number;
  readonly sampleEverySeconds: number;
  /** Seconds until deletions match creates; samples before do not count. */
  readonly settleSeconds: number;
  /** Seconds before the last create in which requests are counted: the full log would be too long. */
  readonly countSeconds: number;
  readonly ttlSeconds: number;
  /** Go durations. A Lease exists for its cooldown plus at most two resyncs, until which nothing is steady. */
  readonly cooldown: string;
  readonly resync: string;
}

const fullSize: SoakSize = {
  ...{ seconds: 1_800, sampleEverySeconds: 10, settleSeconds: 420 },
  ...{ countSeconds: 120, ttlSeconds: 60, cooldown: '2m', resync: '2m' },
};
const quickSize: SoakSize = {
  ...{ seconds: 30, sampleEverySeconds: 1, settleSeconds: 10 },
  ...{ countSeconds: 15, ttlSeconds: 5, cooldown: '3s', resync: '3s' },
};

/** One sample. */
interface Sample {
  /** Seconds since the first create. */
  readonly seconds: number;
  readonly residentMb: number;
  readonly handles: number;
  /** Leases in the namespace of the locks. */
  readonly leases: number;
  /** Kubernetes Events for an execution that has ended; they outlive the soak. */
  readonly eventsEach: number;
  /** Audit events that are not recorded yet. */
  readonly auditPending: number;
  /** Existing executions. */
  readonly there: number;
  /** p50 in milliseconds of the executions since the last sample. */
  readonly pipelineRunP50: number;
  readonly terminalP50: number;
}

/** Executions per second of a burst, from the first create until the last deletion. */
async function wholeLivesPerSecond(context: BenchContext, count: number): Promise<number> {
  const namespace = await context.namespace();
  const timelines = await Timelines.open(context.api, namespace, context.signal);
  context.defer(() => timelines.close());
  await context.startFakeTekton(namespace, (name, at) => timelines.ended(name, at));
  const startedAt = now();
  await forEachParallel(concurrency, numbers(count), async (number) => {
    await timelines.create({ name: `oomkill-increase-memory-${number}`, ttlSecondsAfterFinished: 0 });
  });
  await timelines.allGone();
  return (count / (now() - startedAt)) * 1_000;
}

async function soakAt(rate: number, size: SoakSize, service: BenchService, context: BenchContext) {
  const namespace = await context.namespace();
  const timelines = await Timelines.open(context.api, namespace, context.signal);
  context.defer(() => timelines.close());
  const fakeTekton = await context.startFakeTekton(namespace, (name, at) => timelines.ended(name, at));
  fakeTekton.begin();
  const samples: Sample[] = [];
  const [busy, startedAt, endsAt] = [measureBusy(), now(), Date.now() + size.seconds * 1_000];
  const secondsSince = () => (now() - startedAt) / 1_000;
  let lastSampleAt = startedAt;
  const sample = async (): Promise<void> => {
    const recent = timelines.all.filter(({ terminalAt }) => terminalAt !== undefined && terminalAt > lastSampleAt);
    lastSampleAt = now();
    const seconds = secondsSince();
    const latencies = latenciesOf(recent);
    const left = {
      leases: await countOf(context, '/apis/coordination.k8s.io/v1/namespaces/kubernaut-system/leases'),
      eventsEach:
        (await countOf(context, `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)) / timelines.terminal,
      auditPending: (await service.scrape()).sum(auditPending),
    };
    samples.push({ seconds, there: timelines.all.length, ...usageOf(service), ...latencies, ...left });
    context.showProgress(`${Math.round(seconds)}/${size.seconds} s, ${timelines.terminal} have ended`);
  };
  let sampled = Promise.resolve();
  const sampling = setInterval(() => {
    sampled = sampled.then(sample);
    // Its error is thrown at the end.
    sampled.catch(() => undefined);
  }, size.sampleEverySeconds * 1_000);
  try {
    await createAt(rate, size, timelines, context.signal);
    await timelines.allTerminal();
  } finally {
    clearInterval(sampling);
  }
  await sampled;
  const requests = await context.requests(endsAt - size.countSeconds * 1_000, endsAt);
  const writes = requests.filter((request) => isWrite(request) && !isOfLeadership(request));
  const collector = requests.filter(({ agent, verb }) => agent.includes('garbage-collector') && verb !== 'watch');
  const [all, collected] = [writes, collector].map(({ length }) => length / (rate * size.countSeconds));
  return {
    ...{ samples, ended: timelines.terminal, writes: all ?? Number.NaN, collected: collected ?? Number.NaN },
    busy: { load: busy(), fakeTekton: await fakeTekton.busy() },
  };
}

/** Creates executions at a steady rate, independent of response times. */
async function createAt(rate: number, size: SoakSize, timelines: Timelines, signal: AbortSignal): Promise<void> {
  const startedAt = now();
  const creates: Promise<unknown>[] = [];
  for (let number = 0; number < rate * size.seconds; number += 1) {
    const early = startedAt + (number / rate) * 1_000 - now();
    if (early > 1) await delay(early, undefined, { signal });
    const options = { name: `oomkill-increase-memory-${number}`, ttlSecondsAfterFinished: size.ttlSeconds };
    creates.push(timelines.create(options));
  }
  await Promise.all(creates);
}

const auditPending = 'kubernaut_audit_events_pending';

/** Number of objects of a collection. */
async function countOf({ api }: BenchContext, path: string): Promise<number> {
  const { text } = await api.call('GET', `${path}?limit=1`);
  const { items, metadata } = trustedJson<{
    readonly items: readonly unknown[];
    readonly metadata: { readonly remainingItemCount?: number };
  }>(text);
  return items.length + (metadata.remainingItemCount ?? 0);
}

function usageOf(service: BenchService): Pick<Sample, 'residentMb' | 'handles'> {
  const { residentBytes, handles } = service.usage();
  return { residentMb: residentBytes / mebibyte, handles };
}

function latenciesOf(timelines: readonly Timeline[]): Pick<Sample, 'pipelineRunP50' | 'terminalP50'> {
  return {
    pipelineRunP50: quantile(untilPipelineRun(timelines), 0.5),
    terminalP50: quantile(untilTerminal(timelines), 0.5),
  };
}

function growthsOf(samples: readonly Sample[]): Figure[] {
  const growth = (of: (sample: Sample) => number) => trendOf(samples.map((one) => [one.seconds, of(one)] as const));
  const [memory, handles] = [growth(({ residentMb }) => residentMb), growth((one) => one.handles)];
  const [leases, events] = [growth((one) => one.leases), growth((one) => one.eventsEach)];
  const [created, done] = [growth((one) => one.pipelineRunP50), growth((one) => one.terminalP50)];
  return [
    figure('resident memory, mean', memory.mean, 'MB'),
    figure('resident memory, growth', memory.percent, '%', atMost(mostGrowth)),
    figure('resident memory, slope', memory.perHour, 'MB/h'),
    figure('create acknowledged to PipelineRun, mean of p50', created.mean, 'ms'),
    figure('create acknowledged to PipelineRun, growth', created.percent, '%', atMost(mostGrowth)),
    figure('PipelineRun done to terminal, mean of p50', done.mean, 'ms'),
    figure('PipelineRun done to terminal, growth', done.percent, '%', atMost(mostGrowth)),
    figure('handles, mean', handles.mean, ''),
    figure('handles, growth', handles.growth, '', atMost(mostHandles)),
    figure('Leases, mean', leases.mean, ''),
    figure('Leases, growth', leases.percent, '%', atMost(mostGrowth)),
    figure('Events for an execution, mean', events.mean, ''),
    figure('Events for an execution, growth', events.percent, '%', atMost(mostGrowth)),
    figure('audit events not yet recorded, at most', Math.max(...samples.map((one) => one.auditPending)), ''),
  ];
}
