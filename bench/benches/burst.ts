import type { Bench } from '../harness/bench.ts';
import { atLeast, atMost, figure, prefixed, type Figure } from '../harness/figure.ts';
import { onReference, referencePatches, timeOnReference } from '../harness/reference.ts';
import { quantiles } from '../load/quantiles.ts';
import { untilPipelineRun, untilTerminal, type Timeline } from '../load/timelines.ts';
import {
  concurrency,
  measureBurstsAgainstCeiling,
  combined,
  writesPerExecution,
  type BurstMeasures,
} from './measured-burst.ts';

/** 70 executions per second on the reference machine, in percent of its patches. */
const executionsForPatches = (70 / referencePatches) * 100;
/** Maximum median time to a PipelineRun in milliseconds. */
const mostMs = 3_000;
/** Minimum writes in percent of the ceiling. */
const writesOfCeiling = 65;
/** Maximum use of a core by the load generator, in percent, for valid figures. */
export const mostBusy = 80;

/** Many concurrent executions. */
export const burst: Bench = {
  name: 'burst',
  what: `executions created ${concurrency} at once, on the API server or over gRPC, each with a target of its own, with lock and audit on`,
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
    };
  },
};

function figuresOf(measured: BurstMeasures, patches: number): Figure[] {
  return [...ratesOf(measured, patches), ...latenciesOf(measured.timelines, patches), ...busynessOf(measured)];
}

function ratesOf(measured: BurstMeasures, patches: number): Figure[] {
  const writes = writesPerExecution(measured);
  const { perSecond } = measured;
  return [
    figure('executions to terminal', perSecond, '/s'),
    figure('executions until their audit events are recorded', measured.recordedPerSecond, '/s'),
    figure(
      'executions a second, of the ceiling',
      (perSecond / patches) * 100,
      '%',
      atLeast(round(executionsForPatches)),
    ),
    figure('writes of the service for an execution, beside its creation', writes.service, ''),
    figure('writes of everybody for an execution', writes.all, ''),
    figure('these a second, of the ceiling', ((perSecond * writes.all) / patches) * 100, '%', atLeast(writesOfCeiling)),
    figure('CPU of the service for an execution', measured.cpuMs, 'ms'),
  ];
}

function latenciesOf(timelines: readonly Timeline[], patches: number): Figure[] {
  const [created, done] = [quantiles(untilPipelineRun(timelines)), quantiles(untilTerminal(timelines))];
  return [
    figure('create acknowledged to PipelineRun, p50', created.p50, 'ms', atMost(mostMs)),
    figure(
      `create acknowledged to PipelineRun, p50, ${onReference}`,
      timeOnReference(created.p50, patches),
      'ms',
      atMost(mostMs),
    ),
    figure('create acknowledged to PipelineRun, p95', created.p95, 'ms'),
    figure('create acknowledged to PipelineRun, p99', created.p99, 'ms'),
    figure('PipelineRun done to terminal, p50', done.p50, 'ms'),
    figure('PipelineRun done to terminal, p95', done.p95, 'ms'),
    figure('PipelineRun done to terminal, p99', done.p99, 'ms'),
  ];
}

/** Use of a core by the load generator and the fake Tekton. */
export function busynessOf({ busy }: Pick<BurstMeasures, 'busy'>): Figure[] {
  return [
    figure('the load was busy', busy.load * 100, '% of a core', atMost(mostBusy)),
    figure('who plays Tekton was busy', busy.fakeTekton * 100, '% of a core', atMost(mostBusy)),
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
