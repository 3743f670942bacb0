import { describe, expect, it } from '@jest/globals';
import { check } from './check.ts';
import { HistoryBuilder } from './history.builders.ts';

const history = () => new HistoryBuilder();
const holdsTheLock = 'A PipelineRun runs only while its execution has the lock';
const everything = (builder: HistoryBuilder) =>
  check(builder.build()).map(({ rule, message }) => `${rule}: ${message}`);
/** Most histories here have no locks, so lock rules are left out. */
const verdicts = (builder: HistoryBuilder) => everything(builder).filter((text) => !text.startsWith(holdsTheLock));
const ranWell = (builder: HistoryBuilder, name: string) => builder.run(name).succeeded(name, 'True').ends(name);

describe('a good history', () => {
  it('has an execution that locks, runs, completes and releases the lock', () => {
    const good = history().execution('a').phase('a', 'Pending').lock('a').run('a').phase('a', 'Running');
    good.succeeded('a', 'True').ends('a').lock('').gone('Lease', 'lock');
    expect(everything(good)).toEqual([]);
  });

  it('has executions of one target, one after the other', () => {
    const good = ranWell(history().execution('a'), 'a').seconds(5).execution('b');
    expect(verdicts(ranWell(good, 'b'))).toEqual([]);
  });

  it('has executions of two targets at the same time', () => {
    const good = history().execution('a').execution('b', { target: 'node/worker' }).run('a').run('b');
    good.succeeded('a', 'True').succeeded('b', 'True').ends('a').ends('b');
    expect(verdicts(good)).toEqual([]);
  });

  it('has an execution that is deleted with its PipelineRun', () => {
    const good = history()
      .execution('a')
      .run('a')
      .deleting('a')
      .gone('PipelineRun', 'a-run')
      .gone('WorkflowExecution', 'a');
    expect(verdicts(good)).toEqual([]);
  });
});

describe('a target', () => {
  it('has never two unfinished PipelineRuns', () => {
    const bad = history().execution('a').execution('b', { workflowId: 'other' }).run('a').run('b');
    bad.succeeded('a', 'True').succeeded('b', 'True').ends('a').ends('b');
    expect(verdicts(bad)).toEqual([
      'A target never has two unfinished PipelineRuns: shop/deployment/app got team/b-run while team/a-run was running',
    ]);
  });

  it('is reported with the lines that prove it', () => {
    const bad = history().execution('a').execution('b').run('a').run('b');
    expect(check(bad.build())[0]?.proof.map(({ line }) => line)).toEqual([4, 5, 4]);
  });

  it('is free again after an unfinished PipelineRun was deleted', () => {
    const good = history().execution('a').execution('b').run('a').gone('PipelineRun', 'a-run').run('b');
    good
      .ends('a', 'Failed', { failure: { reason: 'PipelineRunDeleted' } })
      .succeeded('b', 'True')
      .ends('b');
    expect(verdicts(good)).toEqual([]);
  });

  it('is unknown for a PipelineRun without owner', () => {
    expect(verdicts(history().run('nobody'))).toEqual([expect.stringContaining('belongs to no execution')]);
  });
});

describe('an execution', () => {
  it('has never two PipelineRuns, not even one after the other', () => {
    const bad = history()
      .execution('a')
      .run('a')
      .succeeded('a', 'True')
      .run('a', 'again')
      .succeeded('a', 'True', 'again');
    expect(verdicts(bad.ends('a'))).toEqual(['An execution never has two PipelineRuns: team/a has had 2']);
  });

  it.each([
    ['runs at the end', history().execution('a').run('a').phase('a', 'Running'), 'team/a is still Running at the end'],
    ['was never reconciled', history().execution('a'), 'team/a is still Pending at the end'],
    ['is stuck in deletion', ranWell(history().execution('a'), 'a').deleting('a'), 'team/a is still being deleted'],
  ])('must end: it %s', (_what, bad, message) => {
    expect(verdicts(bad)).toEqual([`Every execution ends: ${message}`]);
  });

  it('has ended when it was deleted before it was reconciled', () => {
    expect(verdicts(history().execution('a').gone('WorkflowExecution', 'a'))).toEqual([]);
  });

  it.each([
    ['phase', 'Failed', {}, 'became Failed'],
    ['completion time', 'Completed', { completionTime: 'later' }, 'became Completed, later'],
  ])('keeps its terminal %s', (_what, phase, status, message) => {
    const bad = ranWell(history().execution('a'), 'a').phase('a', phase, status);
    expect(verdicts(bad)).toEqual([expect.stringContaining(message)]);
  });

  it('is not removed while its PipelineRun runs', () => {
    const bad = history().execution('a').run('a').gone('WorkflowExecution', 'a').gone('PipelineRun', 'a-run');
    expect(verdicts(bad)).toEqual([
      'No execution is removed while its PipelineRun runs: team/a is gone while team/a-run was running',
    ]);
  });

  it.each([
    ['may be removed when its PipelineRun has been in deletion for 5 s', 5, 0],
    ['is not removed when its PipelineRun has been in deletion for less', 2, 1],
  ])('%s', (_, seconds, violations) => {
    const removed = history().execution('a').run('a').deletingRun('a').seconds(seconds).gone('WorkflowExecution', 'a');
    expect(verdicts(removed.seconds(9).gone('PipelineRun', 'a-run'))).toHaveLength(violations);
  });

  it('is not run after it has been removed', () => {
    const bad = history().execution('a').gone('WorkflowExecution', 'a').run('a').gone('PipelineRun', 'a-run');
    expect(verdicts(bad)).toEqual([expect.stringContaining('No execution is removed')]);
  });
});

describe('an outcome', () => {
  it.each([
    ['Completed without a PipelineRun', history().execution('a').ends('a'), 'there was no PipelineRun'],
    [
      'Completed before it had ended',
      history().execution('a').run('a').ends('a').succeeded('a', 'True'),
      'had not succeeded',
    ],
    [
      'Completed though it failed',
      history().execution('a').run('a').succeeded('a', 'False').ends('a'),
      'had not succeeded',
    ],
    [
      'Failed though it succeeded',
      history().execution('a').run('a').succeeded('a', 'True').ends('a', 'Failed'),
      'had succeeded',
    ],
    [
      'Failed while it ran',
      history().execution('a').run('a').ends('a', 'Failed').succeeded('a', 'False'),
      'had not ended',
    ],
    [
      'Failed and started later',
      history().execution('a').ends('a', 'Failed').run('a').succeeded('a', 'True'),
      'had not ended',
    ],
    [
      'Failed for a reason other than its deletion',
      history().execution('a').run('a').gone('PipelineRun', 'a-run').ends('a', 'Failed'),
      'its PipelineRun was deleted',
    ],
  ])('is not %s', (_what, bad, message) => {
    expect(verdicts(bad)).toEqual([expect.stringContaining(message)]);
  });

  it('is Failed when the PipelineRun has failed', () => {
    expect(verdicts(history().execution('a').run('a').succeeded('a', 'False').ends('a', 'Failed'))).toEqual([]);
  });

  it('is Failed when nothing was created', () => {
    expect(verdicts(history().execution('a').ends('a', 'Failed'))).toEqual([]);
  });

  it('is not Skipped when it was run', () => {
    const bad = ranWell(history().execution('a').execution('b'), 'a').seconds(9).run('b').succeeded('b', 'True');
    expect(verdicts(bad.skipped('b', 'ResourceBusy', 'a'))).toEqual([
      'An outcome is what the PipelineRun said: team/b is Skipped, but PipelineRun team/b-run was created for it',
    ]);
  });
});

describe('a skip', () => {
  const busy = () => history().execution('a').run('a').execution('b');
  const busyElsewhere = () => history().execution('a', { namespace: 'other' }).run('a').execution('b');

  it('may name an execution that has the target', () => {
    expect(verdicts(busy().skipped('b', 'ResourceBusy', 'a').succeeded('a', 'True').ends('a'))).toEqual([]);
  });

  it('may name one that ended during the decision', () => {
    expect(verdicts(busy().succeeded('a', 'True').ends('a').skipped('b', 'ResourceBusy', 'a'))).toEqual([]);
  });

  it('does not name one that had already ended', () => {
    const bad = ranWell(history().execution('a'), 'a').execution('b').skipped('b', 'ResourceBusy', 'a');
    expect(verdicts(bad)).toEqual([expect.stringContaining('which had already ended')]);
  });

  it('does not name one of another target', () => {
    const bad = ranWell(history().execution('a', { target: 'node/worker' }).execution('b'), 'a');
    expect(verdicts(bad.skipped('b', 'ResourceBusy', 'a'))).toEqual([
      expect.stringContaining('which is about node/worker'),
    ]);
  });

  it.each(['b', 'nobody'])('names another execution, not %s', (other) => {
    const bad = history().execution('b').skipped('b', 'ResourceBusy', other);
    expect(verdicts(bad)).toEqual([expect.stringContaining('names no other execution')]);
  });

  it('names none when the holder is in another namespace', () => {
    const good = busyElsewhere().skipped('b', 'ResourceBusy');
    expect(verdicts(good.succeeded('a', 'True').ends('a'))).toEqual([]);
  });

  it('does not name one of another namespace', () => {
    const bad = busyElsewhere().skipped('b', 'ResourceBusy', 'a', 'other');
    expect(verdicts(bad.succeeded('a', 'True').ends('a'))).toEqual([
      expect.stringContaining('names other/a, which is in another namespace'),
    ]);
  });

  it('names one unless an execution of another namespace is the reason', () => {
    const bad = busy().skipped('b', 'ResourceBusy');
    expect(verdicts(bad.succeeded('a', 'True').ends('a'))).toEqual([expect.stringContaining('names no execution')]);
  });

  it('may name one that ended less than the cooldown ago', () => {
    const good = ranWell(history().execution('a'), 'a').execution('b').skipped('b', 'RecentlyRemediated', 'a');
    expect(verdicts(good)).toEqual([]);
  });

  it('does not name one that ended longer ago', () => {
    const bad = ranWell(history().execution('a'), 'a')
      .seconds(6)
      .execution('b')
      .skipped('b', 'RecentlyRemediated', 'a');
    expect(verdicts(bad)).toEqual([expect.stringContaining('ended 8 s before, and the cooldown is 5 s')]);
  });

  it('does not name one of another workflow for the cooldown', () => {
    const bad = ranWell(history().execution('a', { workflowId: 'other' }), 'a').execution('b');
    expect(verdicts(bad.skipped('b', 'RecentlyRemediated', 'a'))).toEqual([expect.stringContaining('which ran other')]);
  });

  it('may name one for the cooldown that was deleted while it ran', () => {
    const good = busy().phase('a', 'Running', { startTime: 'then' }).gone('PipelineRun', 'a-run');
    expect(verdicts(good.skipped('b', 'RecentlyRemediated', 'a').gone('WorkflowExecution', 'a'))).toEqual([]);
  });

  it('does not name one for the cooldown that has not completed', () => {
    const bad = busy()
      .skipped('b', 'RecentlyRemediated', 'a')
      .gone('PipelineRun', 'a-run')
      .gone('WorkflowExecution', 'a');
    expect(verdicts(bad)).toEqual([expect.stringContaining('which has not completed')]);
  });
});

describe('a cooldown', () => {
  it('is respected', () => {
    const bad = ranWell(ranWell(history().execution('a').execution('b'), 'a').seconds(1), 'b');
    expect(verdicts(bad)).toEqual(['A cooldown is respected: team/b-run was created 2 s after team/a had completed']);
  });

  it('does not apply to another workflow', () => {
    const good = ranWell(ranWell(history().execution('a').execution('b', { workflowId: 'other' }), 'a'), 'b');
    expect(verdicts(good)).toEqual([]);
  });

  it('does not start when no step ran', () => {
    const good = history().execution('a').execution('b').run('a').succeeded('a', 'False');
    good.ends('a', 'Failed', { failure: { reason: 'BundleResolutionFailed', wasExecutionFailure: false } });
    expect(verdicts(ranWell(good, 'b'))).toEqual([]);
  });
});

describe('a PipelineRun', () => {
  const failing = (builder: HistoryBuilder) => builder.succeeded('a', 'False').ends('a', 'Failed').lock('');

  it.each([
    ['the target is not locked', history().execution('a').run('a')],
    ['another target is locked', history().execution('a').lock('a', 'node/worker').run('a')],
    ['another execution holds the lock', history().execution('a').lock('b').run('a')],
    ['the lock was released before', history().execution('a').lock('a').lock('').run('a')],
    ['the lock was removed before', history().execution('a').lock('a').gone('Lease', 'lock').run('a')],
  ])('is not created while %s', (_case, bad) => {
    expect(everything(failing(bad))).toEqual([
      `${holdsTheLock}: team/a-run was created while its execution did not have shop/deployment/app`,
    ]);
  });

  it.each([
    ['another execution gets', history().execution('a').lock('a').run('a').lock('b')],
    ['its execution releases', history().execution('a').lock('a').run('a').lock('')],
  ])('does not keep running while %s the target', (_case, bad) => {
    expect(everything(failing(bad))).toEqual([
      `${holdsTheLock}: team/a-run was running when its execution lost shop/deployment/app`,
    ]);
  });
});
