import type { Bench, Plot } from '../harness/bench.ts';
import type { Rates } from '../harness/ceiling.ts';
import type { BenchContext } from '../harness/context.ts';
import { atMost, figure, type Figure } from '../harness/figure.ts';
import { besideCeiling } from '../harness/reference.ts';
import { untilSteady } from '../harness/steady.ts';
import { quantiles } from '../load/quantiles.ts';
import { Stories, untilPipelineRun, untilTerminal, type Story } from '../load/stories.ts';
import { turnsOf, withWarmService } from './measured-burst.ts';

/** The aims, in writes of a single bare client. */
const [mostAtP50, mostAtP99] = [4, 10];

/** How long one execution takes when there is nothing else to do. */
export const single: Bench = {
  name: 'single',
  what: 'executions one at a time on an idle system, told in writes of a single bare client',
  stage: 'shared',
  async run(context) {
    const work = () => ofService(context);
    const { measured, ceiling } = await besideCeiling(context, work, { atOnce: 1, times: turnsOf(context) });
    const [stories, writeMs] = [measured.flat(), singleWriteMs(ceiling)];
    const [created, done] = [untilPipelineRun(stories), untilTerminal(stories)];
    return {
      figures: [
        figure('ceiling: a write of a single bare client, p50, before, between and after', writeMs, 'ms'),
        ...latenciesOf('create acknowledged to PipelineRun', created, writeMs),
        ...latenciesOf('PipelineRun done to terminal', done, writeMs),
      ],
      plots: [plotOf(created, done)],
    };
  },
};

/** Those of a service that has run for a while, and has come to rest. */
function ofService(context: BenchContext): Promise<readonly Story[]> {
  return withWarmService(context, async () => {
    await untilSteady(context);
    return oneAtATime(context, context.size(200, 40));
  });
}

/** What a single bare client takes for a write, in the middle of a create and of a patch. */
export function singleWriteMs({ createP50Ms, patchP50Ms }: Rates): number {
  return (createP50Ms + patchP50Ms) / 2;
}

/** Creates executions, each when everything is said of the one before. A few first ones warm everything up, and do not count. */
export async function oneAtATime(context: BenchContext, count: number): Promise<readonly Story[]> {
  const namespace = await context.namespace();
  const all = await Stories.open(context.api, namespace, context.signal);
  context.defer(() => all.close());
  await context.startCompleter(namespace, (name, at) => all.ended(name, at));
  const warmUp = Math.ceil(count / 10);
  const stories: Story[] = [];
  for (let number = 0; number < warmUp + count; number += 1) {
    const story = await all.create({ name: `oomkill-increase-memory-${number}` });
    await all.told(story);
    if (story.phase !== 'Completed') throw new Error(`${story.name} was to complete, and is ${story.phase}`);
    if (number >= warmUp) stories.push(story);
    context.live(`${number}/${warmUp + count} have ended`);
  }
  return stories;
}

function latenciesOf(name: string, values: readonly number[], writeMs: number): Figure[] {
  const { p50, p95, p99 } = quantiles(values);
  return [
    figure(`${name}, p50`, p50, 'ms'),
    figure(`${name}, p95`, p95, 'ms'),
    figure(`${name}, p99`, p99, 'ms'),
    figure(`${name}, p50`, p50 / writeMs, 'single writes', atMost(mostAtP50)),
    figure(`${name}, p99`, p99 / writeMs, 'single writes', atMost(mostAtP99)),
  ];
}

function plotOf(created: readonly number[], done: readonly number[]): Plot {
  const inOrder = (values: readonly number[]) => values.map((value, index) => [index + 1, value] as const);
  return {
    ...{ name: 'single-latency', title: 'Single: how long each step took, one execution at a time', kind: 'points' },
    x: { label: 'execution' },
    y: { label: 'milliseconds' },
    series: [
      { name: 'create to PipelineRun', points: inOrder(created) },
      { name: 'PipelineRun done to terminal', points: inOrder(done) },
    ],
  };
}
