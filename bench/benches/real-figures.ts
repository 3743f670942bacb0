import { cpuFigures, requestsFigureName } from '../harness/costs.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { sumOf, type CpuTimes } from '../harness/components.ts';
import { isWrite, type ApiRequest } from '../harness/requests.ts';
import { mean, ratioOfMeans, type Pair } from '../load/interval.ts';
import { quantile } from '../load/quantiles.ts';
import { afterTekton, sentToEnd, beforeTekton, endToEnd, inTekton, type Run, type RunTime } from '../load/runs.ts';
import { mostBusy } from './burst.ts';

/** Maximum slowdown of an execution against a bare PipelineRun, in percent. */
const mostSlower = 3;
/** Seed of the bootstrap. */
const seed = 1;

/** A run with its CPU time beyond that of an idle system. */
export interface MeasuredRun {
  readonly run: Run;
  readonly cpu: CpuTimes;
}

/** An execution and the bare PipelineRun before or after it. */
export type RunPair = readonly [execution: MeasuredRun, bare: MeasuredRun];

/**
 * Slowdown of executions.
 *
 * @param load load generator's use of one core, as a fraction
 */
export function slowdownOf(pairs: readonly RunPair[], load: number): Figure[] {
  const [executions, bare] = [pairs.map(([{ run }]) => run), pairs.map(([, { run }]) => run)];
  const values = (of: RunTime): Pair[] => pairs.map(([a, b]) => [of(a.run), of(b.run)]);
  const [slower, asked] = [ratioOfMeans(values(endToEnd), seed), ratioOfMeans(values(sentToEnd), seed)];
  const [before, after] = [executions.map(beforeTekton), executions.map(afterTekton)];
  const bareMs = mean(bare.map(endToEnd));
  const medians = [executions, bare].map((runs) => quantile(runs.map(endToEnd), 0.5));
  const [median = Number.NaN, bareMedian = Number.NaN] = medians;
  return [
    figure('end to end, bare PipelineRuns, mean', bareMs, 'ms'),
    figure('end to end, executions, mean', mean(executions.map(endToEnd)), 'ms'),
    figure('executions are slower, by the means', percentMore(slower.value), '%', atMost(mostSlower)),
    figure('that is, in 95 of 100 cases, from', percentMore(slower.from), '%'),
    figure('that is, in 95 of 100 cases, to', percentMore(slower.to), '%'),
    figure('end to end, bare PipelineRuns, p50', bareMedian, 'ms'),
    figure('end to end, executions, p50', median, 'ms'),
    figure('executions are slower, by the medians', percentMore(median / bareMedian), '%'),
    figure(
      'executions are slower from the moment that the create is sent, by the means',
      percentMore(asked.value),
      '%',
    ),
    figure('create acknowledged to PipelineRun, mean', mean(before), 'ms'),
    figure('PipelineRun seen to its end, executions, mean', mean(executions.map(inTekton)), 'ms'),
    figure('PipelineRun seen to its end, bare, mean', mean(bare.map(inTekton)), 'ms'),
    figure('PipelineRun done to terminal, mean', mean(after), 'ms'),
    figure('what the service itself adds, of a bare PipelineRun', ((mean(before) + mean(after)) / bareMs) * 100, '%'),
    figure('the load was busy', load * 100, '% of a core', atMost(mostBusy)),
  ];
}

function percentMore(ratio: number): number {
  return (ratio - 1) * 100;
}

/** CPU times of all components by kind. */
export function cpuOf(pairs: readonly RunPair[]): Figure[] {
  return [
    ...cpuFigures(sumOf(pairs.map(([{ cpu }]) => cpu)), pairs.length, 'an execution'),
    ...cpuFigures(sumOf(pairs.map(([, { cpu }]) => cpu)), pairs.length, 'a bare PipelineRun'),
  ];
}

/** Tekton's requests per PipelineRun by client, since each has its own rate limit. */
export function requestsOf(requests: readonly ApiRequest[], count: number): Figure[] {
  const asked = requests.filter(({ agent, verb }) => agent.startsWith('tekton-controller') && verb !== 'watch');
  const own = asked.filter(({ group }) => group === 'tekton.dev');
  const others = asked.filter(({ group }) => group === '' || group === 'events.k8s.io');
  return [
    figure(requestsFigureName, own.length / count, ''),
    figure('of these, writes', own.filter(isWrite).length / count, ''),
    figure("requests of Tekton's controller for pods and Events, for a PipelineRun", others.length / count, ''),
  ];
}
