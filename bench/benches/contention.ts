import type { Bench } from '../harness/bench.ts';
import { atLeast, exactly, figure } from '../harness/figure.ts';
import type { Story } from '../load/stories.ts';
import { busynessOf } from './burst.ts';
import { burstSize, measureBurst, startWarmService } from './measured-burst.ts';

const targets = 10;

/** Many for few targets. */
export const contention: Bench = {
  name: 'contention',
  what: `executions created 32 at once for ${targets} targets, right after as many with a target of their own each`,
  stage: 'shared',
  async run(context) {
    const service = await startWarmService(context);
    const count = burstSize(context);
    const alone = await measureBurst(context, service, { count });
    const contended = await measureBurst(context, service, {
      count,
      targetOf: (number) => `contended-${number % targets}`,
    });
    const ratio = contended.perSecond / alone.perSecond;
    return {
      figures: [
        figure('executions to terminal', contended.perSecond, '/s'),
        figure('the same with a target for each', alone.perSecond, '/s'),
        figure('part of that', ratio * 100, '%', atLeast(100)),
        figure('executions that ran', phase(contended.stories, 'Completed').length, '', exactly(targets)),
        figure(
          'executions that were skipped',
          phase(contended.stories, 'Skipped').length,
          '',
          exactly(count - targets),
        ),
        figure('skipped for another than the one that ran', wronglySkipped(contended.stories).length, '', exactly(0)),
        figure('targets on which not exactly one ran', wronglyRun(contended.stories).length, '', exactly(0)),
        ...busynessOf(contended),
      ],
      notes: [
        'The first for a target runs; while it runs the others are skipped as ResourceBusy, and within its cooldown as RecentlyRemediated.',
      ],
    };
  },
};

function phase(stories: readonly Story[], wanted: string): readonly Story[] {
  return stories.filter((story) => story.phase === wanted);
}

/** Skipped ones that name somebody who did not run on their target. */
function wronglySkipped(stories: readonly Story[]): readonly Story[] {
  const ran = new Map(phase(stories, 'Completed').map(({ target, name }) => [target, name]));
  return phase(stories, 'Skipped').filter(({ target, skippedFor }) => ran.get(target) !== skippedFor);
}

/** Targets on which none, or more than one, has run. */
function wronglyRun(stories: readonly Story[]): readonly string[] {
  const all = Map.groupBy(stories, ({ target }) => target);
  return [...all].filter(([, those]) => phase(those, 'Completed').length !== 1).map(([target]) => target);
}
