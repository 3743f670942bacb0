import { availableParallelism } from 'node:os';
import type { Bench, Plot } from '../harness/bench.ts';
import type { Rates } from '../harness/ceiling.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { quantile } from '../load/quantiles.ts';
import { untilPipelineRun, untilTerminal } from '../load/stories.ts';
import { simulate, type Machine, type Outcome, type Setting } from '../simulation/model.ts';
import {
  concurrency,
  measureBurst,
  startWarmService,
  writesPerExecution,
  type MeasuredBurst,
} from './measured-burst.ts';

/** How far the model may be from what is measured, in per cent, before it is asked about more. */
const farthest = 20;
/** As shipped: WFE_WORKERS, and the finalizer and the lock of an execution that kubectl has created. */
const shipped: Setting = { workers: 16, writesBefore: 2 };
/** From a write until the watch of another process shows it; what Kubernetes needs on an idle machine, in milliseconds. */
const watchDelayMs = 2;
const seed = 1;
/** Arrivals a second that the model is asked about. */
const arrivals = [1, 10, 30, 100] as const;
/** How long a remediation runs, in milliseconds. */
const runMs = 30_000;

/** The model of the simulation, held against a burst, and asked about what no machine here can do. */
export const simulation: Bench = {
  name: 'simulation',
  what: 'a model of API server, leader and Tekton, held against a burst of the same run, and asked about other loads',
  stage: 'shared',
  async run(context) {
    const [alone, before] = [await context.rates(1), await context.rates(concurrency)];
    const service = await startWarmService(context);
    const measured = await measureBurst(context, service, { count: context.size(1_000, 200) });
    await service.stop();
    const machine = machineOf(alone, before, measured);
    const { length: executions } = measured.stories;
    const modelled = simulate(machine, shipped, { executions, created: { atOnce: concurrency }, runMs: 0, seed });
    const asked = arrivals.map((perSecond) => [perSecond, arriving(machine, perSecond)] as const);
    return {
      figures: [...comparison(measured, modelled), ...asked.flatMap(([rate, outcome]) => predicted(rate, outcome))],
      plots: [plotOf(measured, modelled)],
      notes: [
        'The model is told what a write costs a bare client, alone and 32 at once, and what CPU time an execution cost the ' +
          'service. What it says of a burst it has to find out by itself.',
      ],
    };
  },
};

/** What the model is told: nothing that depends on how executions wait for each other. */
function machineOf(alone: Rates, many: Rates, measured: MeasuredBurst): Machine {
  const cores = availableParallelism();
  const writeCpuMs = (cores * 1_000) / many.patchesPerSecond;
  return {
    ...{ cores, writeCpuMs, watchDelayMs },
    writeDelayMs: Math.max(0, alone.patchP50Ms - writeCpuMs),
    leaderCpuMs: measured.cpuMs / writesPerExecution(measured).service,
  };
}

function arriving(machine: Machine, perSecond: number): Outcome {
  return simulate(machine, shipped, { executions: Math.max(200, perSecond * 60), created: { perSecond }, runMs, seed });
}

function comparison(measured: MeasuredBurst, modelled: Outcome): Figure[] {
  const pairs = [
    ['executions to terminal', measured.perSecond, modelled.perSecond, '/s'],
    [
      'create acknowledged to PipelineRun, p50',
      quantile(untilPipelineRun(measured.stories), 0.5),
      quantile(modelled.untilPipelineRun, 0.5),
      'ms',
    ],
    [
      'PipelineRun done to terminal, p50',
      quantile(untilTerminal(measured.stories), 0.5),
      quantile(modelled.untilTerminal, 0.5),
      'ms',
    ],
  ] as const;
  return pairs.flatMap(([name, real, model, unit]) => [
    figure(`${name}, measured`, real, unit),
    figure(`${name}, by the model`, model, unit),
    figure(`${name}, how far the model is off`, Math.abs(model / real - 1) * 100, '%', atMost(farthest)),
  ]);
}

function predicted(perSecond: number, { untilPipelineRun: latencies, coresBusy, leaderBusy }: Outcome): Figure[] {
  const name = `${perSecond} a second that run for 30 s`;
  return [
    figure(`${name}: create acknowledged to PipelineRun, p99`, quantile(latencies, 0.99), 'ms'),
    figure(`${name}: cores in use`, coresBusy * 100, '%'),
    figure(`${name}: thread of the leader in use`, leaderBusy * 100, '%'),
  ];
}

function plotOf(measured: MeasuredBurst, modelled: Outcome): Plot {
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
