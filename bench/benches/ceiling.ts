import type { Bench, Plot } from '../harness/bench.ts';
import type { Ceiling, Rates } from '../harness/ceiling.ts';
import { figure } from '../harness/figure.ts';

/** What the API server itself sets as a limit, for all other benches to be held against. */
export const ceiling: Bench = {
  name: 'ceiling',
  what: 'creates of WorkflowExecutions and patches of their status by a bare client, 1, 8 and 32 at once',
  stage: 'shared',
  async run(context) {
    const rates = await context.ceiling();
    return { figures: rates.flatMap(figuresOf), plots: [plotOf(rates)] };
  },
};

function figuresOf(rates: Rates) {
  const at = `${rates.concurrency} at once`;
  return [
    figure(`creates, ${at}`, rates.createsPerSecond, '/s'),
    figure(`status patches, ${at}`, rates.patchesPerSecond, '/s'),
    figure(`a create takes, ${at}, p50`, rates.createP50Ms, 'ms'),
    figure(`a status patch takes, ${at}, p50`, rates.patchP50Ms, 'ms'),
    figure(`the client was busy, ${at}`, rates.busy * 100, '% of a core'),
  ];
}

function plotOf(rates: Ceiling): Plot {
  const points = (perSecond: (at: Rates) => number) =>
    rates.map((at) => [String(at.concurrency), perSecond(at)] as const);
  return {
    ...{ name: 'ceiling', title: 'What a bare client can do on the API server', kind: 'bars' },
    x: { label: 'requests at once' },
    y: { label: 'requests a second' },
    series: [
      { name: 'creates', points: points((at) => at.createsPerSecond) },
      { name: 'status patches', points: points((at) => at.patchesPerSecond) },
    ],
  };
}
