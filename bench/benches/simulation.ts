import type { Bench, Plot } from '../harness/bench.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import type { BenchContext } from '../harness/context.ts';
import { inTurns } from '../harness/in-turns.ts';
import { measureOthers } from '../harness/others.ts';
import { mean } from '../load/interval.ts';
import { quantile } from '../load/quantiles.ts';
import { untilPipelineRun, untilTerminal, type Story } from '../load/stories.ts';
import { ofEachWrite, simulate, type Load, type Machine, type Outcome, type Setting } from '../simulation/model.ts';
import {
  burstSize,
  concurrency,
  measureBurst,
  together,
  turnsOf,
  withWarmService,
  writesPerExecution,
  type BurstMeasures,
  type MeasuredBurst,
} from './measured-burst.ts';
import { controlPlane, cores, meanCosts, measureWriteCosts, type WriteCosts } from './write-costs.ts';

/** How far the model may be from what is measured, in per cent, before it is asked about more. */
const farthest = 20;
/** As shipped: WFE_WORKERS, and the finalizer and the lock of an execution that kubectl has created. */
const shipped: Setting = { workers: 16, writesBefore: ['patch', 'createLease'] };
/** From a write until the watch of another process shows it; what Kubernetes needs on an idle machine, in milliseconds. */
const watchDelayMs = 2;
const seed = 1;
/** What the model is asked; docs/scaling.md is made from the answers. */
export const answers = {
  latency: 'create acknowledged to PipelineRun, p99',
  cores: 'cores in use',
  leader: 'thread of the leader in use',
} as const;
/** Arrivals a second that the model is asked about: on this machine, and on one with more cores. */
const questions: readonly { readonly perSecond: number; readonly cores?: number }[] = [
  { perSecond: 1 },
  { perSecond: 10 },
  { perSecond: 30 },
  { perSecond: 100 },
  { perSecond: 10, cores: 8 },
  { perSecond: 100, cores: 32 },
  // What each of two leaders has that share this.
  { perSecond: 50, cores: 16 },
];
/** How long a remediation runs, in milliseconds. */
const runMs = 30_000;

/** The model of the simulation, held against a burst, and asked about what no machine here can do. */
export const simulation: Bench = {
  name: 'simulation',
  what: 'a model of API server, leader and Tekton, held against a burst of the same run, and asked about other loads',
  stage: 'shared',
  async run(context) {
    const { looks, work } = await inTurns(
      turnsOf(context),
      () => measureWriteCosts(context),
      () => burstAmongOthers(context),
    );
    const bursts = work.map(({ burst }) => burst);
    const measured = together(bursts);
    const free = mean(work.map((each) => each.free));
    const machine = machineOf(meanCosts(looks), measured);
    const load: Load = { executions: burstSize(context), created: { atOnce: concurrency }, runMs: 0, seed };
    const modelled = simulate(slower(machine, cores / free), shipped, load);
    return {
      figures: [
        ...toldTo(machine, free),
        ...comparison(bursts, modelled),
        ...questions.flatMap((question) => answerTo(question, machine)),
      ],
      plots: [plotOf(measured, modelled)],
      notes: [
        'The model is told what writes cost a bare client, alone and 32 at once, each kind by itself and all among each other, before, between and after the bursts, what CPU time an ' +
          'execution cost the service, and how much of the cores all others took, of the load and the kernel, too. What it says of a burst it has to find out by itself.',
      ],
    };
  },
};

/** A burst, and how many cores others have left for it. */
function burstAmongOthers(context: BenchContext): Promise<{ burst: MeasuredBurst; free: number }> {
  return withWarmService(context, async (service) => {
    const others = measureOthers([...controlPlane(context), service.pid, process.pid]);
    const burst = await measureBurst(context, service, { count: burstSize(context) });
    return { burst, free: cores - others() };
  });
}

/** What the model is told: nothing that depends on how executions wait for each other. */
function machineOf(costs: WriteCosts, measured: BurstMeasures): Machine {
  const leaderCpuMs = measured.cpuMs / writesPerExecution(measured).service;
  return { cores, watchDelayMs, ...costs, leaderCpuMs };
}

/** A machine on which everything takes so many times as much of the cores. */
function slower(machine: Machine, factor: number): Machine {
  const cpuMs = ofEachWrite((write) => machine.cpuMs[write] * factor);
  return { ...machine, cpuMs, leaderCpuMs: machine.leaderCpuMs * factor };
}

function arriving(machine: Machine, perSecond: number): Outcome {
  return simulate(machine, shipped, { executions: Math.max(200, perSecond * 60), created: { perSecond }, runMs, seed });
}

function toldTo({ cpuMs, writeDelayMs, leaderCpuMs }: Machine, free: number): Figure[] {
  return [
    figure('told: cores that others left in the burst', free, ''),
    figure('told: CPU time of a create', cpuMs.create, 'ms'),
    figure('told: CPU time of a patch', cpuMs.patch, 'ms'),
    figure('told: CPU time of a create of a PipelineRun', cpuMs.createRun, 'ms'),
    figure('told: CPU time of a patch of a PipelineRun', cpuMs.patchRun, 'ms'),
    figure('told: CPU time of a create of a Lease or an Event', cpuMs.createLease, 'ms'),
    figure('told: what a write takes beside that', writeDelayMs, 'ms'),
    figure('told: CPU time of the leader for one of its writes', leaderCpuMs, 'ms'),
  ];
}

function comparison(bursts: readonly MeasuredBurst[], modelled: Outcome): Figure[] {
  // Of each burst: the middle of fast and slow ones together is not that of a burst in between.
  const median = (of: (stories: readonly Story[]) => number[]) =>
    mean(bursts.map(({ stories }) => quantile(of(stories), 0.5)));
  const pairs = [
    ['executions to terminal', together(bursts).perSecond, modelled.perSecond, '/s'],
    [
      'create acknowledged to PipelineRun, p50',
      median(untilPipelineRun),
      quantile(modelled.untilPipelineRun, 0.5),
      'ms',
    ],
    ['PipelineRun done to terminal, p50', median(untilTerminal), quantile(modelled.untilTerminal, 0.5), 'ms'],
  ] as const;
  return pairs.flatMap(([name, real, model, unit]) => [
    figure(`${name}, measured`, real, unit),
    figure(`${name}, by the model`, model, unit),
    figure(`${name}, how far the model is off`, Math.abs(model / real - 1) * 100, '%', atMost(farthest)),
  ]);
}

function answerTo({ perSecond, ...on }: (typeof questions)[number], machine: Machine): Figure[] {
  const outcome = arriving({ ...machine, ...on }, perSecond);
  const name = `${perSecond} a second${on.cores === undefined ? '' : ` on ${on.cores} cores`}, that run for 30 s`;
  return [
    figure(`${name}: ${answers.latency}`, quantile(outcome.untilPipelineRun, 0.99), 'ms'),
    figure(`${name}: ${answers.cores}`, outcome.coresBusy * 100, '%'),
    figure(`${name}: ${answers.leader}`, outcome.leaderBusy * 100, '%'),
  ];
}

function plotOf(measured: BurstMeasures, modelled: Outcome): Plot {
  return {
    ...{ name: 'simulation', title: 'Burst: create to PipelineRun, measured and by the model', kind: 'lines' },
    x: { label: 'milliseconds' },
    y: { label: '% of executions within' },
    series: [
      { name: 'measured', points: distribution(untilPipelineRun(measured.stories)) },
      { name: 'by the model', points: distribution(modelled.untilPipelineRun) },
    ],
  };
}

function distribution(values: readonly number[]): (readonly [number, number])[] {
  const percents = Array.from({ length: 100 }, (_, index) => index + 1);
  return percents.map((percent) => [quantile(values, percent / 100), percent] as const);
}
