import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { dueEvents } from './due-events.ts';

const deletionTimestamp = '2026-01-02T03:05:00Z';

describe('what is to be recorded of an execution', () => {
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
      'has ended: that counts from when it was told',
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
      'has ended without a condition that says when',
      anEndedExecution({ status: { conditions: [] } }),
      [
        ['accepted', times.created],
        ['ended', '2026-01-02T03:06:36Z'],
      ],
    ],
    [
      'has ended, and nobody knows when',
      aWorkflowExecution({ status: { phase: 'Failed' } }),
      [
        ['accepted', times.created],
        ['ended', times.created],
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
