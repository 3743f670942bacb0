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
import { quantile } from '../load/quantiles.ts';
import { trendOf } from '../load/trend.ts';
import { Timelines, untilPipelineRun, untilTerminal, type Timeline } from '../load/timelines.ts';
import { busynessOf } from './burst.ts';
import { concurrency, startWarmService } from './measured-burst.ts';

/** How much more, in per cent of the mean, there may be at the end of the line through all samples than at its begin. */
const mostGrowth = 10;
/** How many more handles there may be at the end of that line. */
const mostHandles = 3;

/** Half of what a burst reaches, for long. */
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
  /** After a run before it does not count: until as much is deleted as is created. */
  readonly settleSeconds: number;
  /** How long, before the last create, requests are counted: the log of all would be too long. */
  readonly countSeconds: number;
  readonly ttlSeconds: number;
  /** As Go durations. A Lease is there for its cooldown and two resyncs at most, and that is how long nothing is steady. */
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

/** What was the case at some time. */
interface Sample {
  /** Since the first create. */
  readonly seconds: number;
  readonly residentMb: number;
  readonly handles: number;
  /** Executions that are there. */
  readonly there: number;
  /** Milliseconds, p50 of the executions since the last sample. */
  readonly pipelineRunP50: number;
  readonly terminalP50: number;
}

/** Executions a second of a burst, from the first create until the last is deleted. */
async function wholeLivesPerSecond(context: BenchContext, count: number): Promise<number> {
  const namespace = await context.namespace();
  const stories = await Timelines.open(context.api, namespace, context.signal);
  context.defer(() => stories.close());
  await context.startCompleter(namespace, (name, at) => stories.ended(name, at));
  const begunAt = now();
  await forEachParallel(concurrency, numbers(count), async (number) => {
    await stories.create({ name: `oomkill-increase-memory-${number}`, ttlSecondsAfterFinished: 0 });
  });
  await stories.allGone();
  return (count / (now() - begunAt)) * 1_000;
}

async function soakAt(rate: number, size: SoakSize, service: BenchService, context: BenchContext) {
  const namespace = await context.namespace();
  const stories = await Timelines.open(context.api, namespace, context.signal);
  context.defer(() => stories.close());
  const completer = await context.startCompleter(namespace, (name, at) => stories.ended(name, at));
  completer.begin();
  const samples: Sample[] = [];
  const [busy, begunAt, endsAt] = [measureBusy(), now(), Date.now() + size.seconds * 1_000];
  const secondsSince = () => (now() - begunAt) / 1_000;
  let looked = begunAt;
  const sample = (): void => {
    const recent = stories.all.filter(({ terminalAt }) => terminalAt !== undefined && terminalAt > looked);
    looked = now();
    const seconds = secondsSince();
    samples.push({ seconds, there: stories.all.length, ...usageOf(service), ...latenciesOf(recent) });
    context.showProgress(`${Math.round(seconds)}/${size.seconds} s, ${stories.terminal} have ended`);
  };
  const sampling = setInterval(sample, size.sampleEverySeconds * 1_000);
  try {
    await createAt(rate, size, stories, context.signal);
    await stories.allTerminal();
  } finally {
    clearInterval(sampling);
  }
  const requests = await context.requests(endsAt - size.countSeconds * 1_000, endsAt);
  const writes = requests.filter((request) => isWrite(request) && !isOfLeadership(request));
  const collector = requests.filter(({ agent, verb }) => agent.includes('garbage-collector') && verb !== 'watch');
  const [all, collected] = [writes, collector].map(({ length }) => length / (rate * size.countSeconds));
  return {
    ...{ samples, ended: stories.terminal, writes: all ?? Number.NaN, collected: collected ?? Number.NaN },
    busy: { load: busy(), completer: await completer.busy() },
  };
}

/** Creates executions at a steady rate, however long the API server takes for each. */
async function createAt(rate: number, size: SoakSize, stories: Timelines, signal: AbortSignal): Promise<void> {
  const begunAt = now();
  const creates: Promise<unknown>[] = [];
  for (let number = 0; number < rate * size.seconds; number += 1) {
    const early = begunAt + (number / rate) * 1_000 - now();
    if (early > 1) await delay(early, undefined, { signal });
    const options = { name: `oomkill-increase-memory-${number}`, ttlSecondsAfterFinished: size.ttlSeconds };
    creates.push(stories.create(options));
  }
  await Promise.all(creates);
}

function usageOf(service: BenchService): Pick<Sample, 'residentMb' | 'handles'> {
  const { residentBytes, handles } = service.usage();
  return { residentMb: residentBytes / mebibyte, handles };
}

function latenciesOf(stories: readonly Timeline[]): Pick<Sample, 'pipelineRunP50' | 'terminalP50'> {
  return {
    pipelineRunP50: quantile(untilPipelineRun(stories), 0.5),
    terminalP50: quantile(untilTerminal(stories), 0.5),
  };
}

function growthsOf(samples: readonly Sample[]): Figure[] {
  const growth = (of: (sample: Sample) => number) => trendOf(samples.map((one) => [one.seconds, of(one)] as const));
  const [memory, handles] = [growth(({ residentMb }) => residentMb), growth((one) => one.handles)];
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
  ];
}
