import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from '../history.builders.ts';
import { timelineOf } from '../timeline.ts';
import { cooldownIsRespected } from './cooldown-is-respected.ts';
import { foreignRunIsNotReported } from './foreign-run-is-not-reported.ts';
import { oneRunPerTarget } from './one-run-per-target.ts';
import { outcomeMatchesRun } from './outcome-matches-run.ts';

const objections = (builder: HistoryBuilder) => {
  const timeline = timelineOf(builder.build());
  const rules = [outcomeMatchesRun, foreignRunIsNotReported, oneRunPerTarget, cooldownIsRespected];
  return rules.flatMap((rule) => rule(timeline)).map(({ message }) => message);
};
const deleted = { failure: { reason: 'PipelineRunDeleted', wasExecutionFailure: true } };
const ran = () => new HistoryBuilder().execution('a').run('a');

describe('an outcome', () => {
  it('survives the deletion of a PipelineRun that had succeeded', () => {
    const pruned = () => ran().succeeded('a', 'True').deletingRun('a');
    expect(objections(pruned().ends('a').gone('PipelineRun', 'a-run'))).toEqual([]);
    expect(objections(pruned().gone('PipelineRun', 'a-run').ends('a', 'Failed', deleted))).toEqual([
      'team/a is Failed, but its PipelineRun had succeeded',
    ]);
  });

  it('may be lost with the finalizer of the PipelineRun', () => {
    const lost = ran().runWithoutFinalizer('a').succeeded('a', 'True').gone('PipelineRun', 'a-run');
    expect(objections(lost.ends('a', 'Failed', deleted))).toEqual([]);
  });

  it('comes from a deleted PipelineRun that its finalizer still keeps', () => {
    const held = () => ran().deletingRun('a');
    expect(objections(held().ends('a', 'Failed', deleted).gone('PipelineRun', 'a-run'))).toEqual([]);
    expect(objections(held().ends('a', 'Failed', { failure: { reason: 'TaskFailed' } }))).toEqual([
      'team/a is Failed, but its PipelineRun was deleted',
    ]);
  });

  it('does not come from a foreign PipelineRun', () => {
    const bad = new HistoryBuilder().execution('a').foreignRun('a');
    expect(objections(bad.ends('a', 'Completed', { pipelineRunRef: { uid: 'a-foreign' } }))).toEqual([
      'team/a is Completed, but there was no PipelineRun',
      'team/a names team/a-foreign, which the service did not create',
    ]);
  });

  it('may be a conflict with a foreign PipelineRun', () => {
    expect(objections(new HistoryBuilder().execution('a').foreignRun('a').ends('a', 'Failed'))).toEqual([]);
  });
});

describe('a target', () => {
  it('is the same however it is spelled', () => {
    const bad = ran().execution('b', { target: 'shop/deploy/app', workflowId: 'other' }).run('b');
    expect(objections(bad)).toEqual(['shop/deployment/app got team/b-run while team/a-run was running']);
  });

  it('is free when the execution has ended and only the finalizer keeps its PipelineRun', () => {
    const good = ran().deletingRun('a').execution('b', { workflowId: 'other' }).ends('a', 'Failed', deleted);
    expect(objections(good.run('b').gone('PipelineRun', 'a-run'))).toEqual([]);
  });

  it('is not blocked by a foreign PipelineRun', () => {
    expect(objections(ran().execution('b').foreignRun('b').ends('b', 'Failed'))).toEqual([]);
  });
});

describe('a cooldown', () => {
  const ended = () => ran().succeeded('a', 'True').ends('a').execution('b').lock('', 'shop/deployment/app', 'delete-1');

  it('may be lost if the administrator deleted the lock and the execution is gone', () => {
    expect(objections(ended().gone('WorkflowExecution', 'a').gone('Lease', 'lock').run('b'))).toEqual([]);
  });

  it('is respected as long as its execution exists', () => {
    expect(objections(ended().gone('Lease', 'lock').run('b'))).toEqual([
      'team/b-run was created 4 s after team/a had completed',
    ]);
  });
});
