import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { dueEvents } from './due-events.ts';

const deletionTimestamp = '2026-01-02T03:05:00Z';

describe('the times of the events of an execution', () => {
  const second = '2026-01-02T03:04:05Z';
  /** An execution that ended when its condition Ready says, and had its PipelineRun when the other one says. */
  const ended = (creationTimestamp: string, created: string, ready: string) =>
    anEndedExecution({
      metadata: { creationTimestamp },
      status: {
        conditions: [
          aCondition({ status: 'True', lastTransitionTime: ready }),
          aCondition({ type: 'PipelineRunCreated', status: 'True', lastTransitionTime: created }),
        ],
      },
    });

  it.each([
    ['all within a second', second, second, second, ['.001Z', '.002Z']],
    ['by clocks that disagree', second, '2026-01-02T03:04:03Z', '2026-01-02T03:04:04Z', ['.001Z', '.002Z']],
    ['by a finer clock', second, '2026-01-02T03:04:05.0004Z', '2026-01-02T03:04:05.001Z', ['.001Z', '.002Z']],
    ['a second later each', second, '2026-01-02T03:04:06Z', '2026-01-02T03:04:07Z', ['06Z', '07Z']],
  ])('strictly increase when they happened %s', (_, created, started, ready, endings) => {
    const [first, ...others] = dueEvents(ended(created, started, ready)).map(({ time }) => time);
    expect(first).toBe(created);
    expect(others.map((time) => time.slice(-(endings[0]?.length ?? 0)))).toEqual(endings);
  });

  it('are the same before and after the next event', () => {
    const execution = ended(second, second, second);
    const before = { ...execution, status: { ...execution.status, phase: 'Running' } } as const;
    expect(dueEvents(execution).slice(0, 2)).toEqual(dueEvents(before));
  });

  it('are kept when they are invalid', () => {
    expect(dueEvents(ended('never', second, second)).map(({ time }) => time)).toEqual([
      'never',
      second,
      `${second.slice(0, -1)}.001Z`,
    ]);
  });
});

describe('the due events of an execution', () => {
  it.each([
    ['is new', aWorkflowExecution(), [['accepted', times.created]]],
    [
      'has a PipelineRun',
      aRunningExecution(),
      [
        ['accepted', times.created],
        ['started', times.started],
      ],
    ],
    [
      'has ended, at the time of the observation',
      anEndedExecution(),
      [
        ['accepted', times.created],
        ['started', times.started],
        ['ended', times.ended],
      ],
    ],
    [
      'was skipped',
      aWorkflowExecution({
        status: {
          phase: 'Skipped',
          conditions: [
            aCondition({ status: 'False', lastTransitionTime: times.ended }),
            aCondition({ type: 'PipelineRunCreated', status: 'False' }),
          ],
        },
      }),
      [
        ['accepted', times.created],
        ['ended', times.ended],
      ],
    ],
    [
      'is deleted before its end',
      aRunningExecution({ metadata: { deletionTimestamp } }),
      [
        ['accepted', times.created],
        ['started', times.started],
        ['ended', deletionTimestamp],
      ],
    ],
    [
      'is deleted after its end',
      anEndedExecution({ metadata: { deletionTimestamp } }),
      [
        ['accepted', times.created],
        ['started', times.started],
        ['ended', times.ended],
      ],
    ],
    [
      'has ended without a condition with the time',
      anEndedExecution({ status: { conditions: [] } }),
      [
        ['accepted', times.created],
        ['ended', '2026-01-02T03:06:36Z'],
      ],
    ],
    [
      'has ended at an unknown time',
      aWorkflowExecution({ status: { phase: 'Failed' } }),
      [
        ['accepted', times.created],
        ['ended', '2026-01-02T03:04:05.001Z'],
      ],
    ],
    [
      'waits for its PipelineRun',
      aWorkflowExecution({
        status: { phase: 'Pending', conditions: [aCondition({ type: 'PipelineRunCreated', status: 'False' })] },
      }),
      [['accepted', times.created]],
    ],
  ])('that %s', (_, execution, expected) => {
    expect(dueEvents(execution).map(({ kind, time }) => [kind, time])).toEqual(expected);
  });
});
