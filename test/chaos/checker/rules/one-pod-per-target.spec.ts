import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from '../history.builders.ts';
import { timelineOf } from '../timeline.ts';
import { onePodPerTarget } from './one-pod-per-target.ts';

const objections = (builder: HistoryBuilder) =>
  onePodPerTarget(timelineOf(builder.build())).map(({ rule, message }) => `${rule}: ${message}`);
const two = (other: string) =>
  new HistoryBuilder().execution('a').execution('b', { target: other }).run('a').run('b').pod('a', 'running');
const late = ['No step runs after the end of its execution: a step of pod team/a-pod ran when team/a had ended'];

describe('steps of two executions', () => {
  it('do not run on one target at the same time, in any spelling', () => {
    const bad = two('shop/deploy/app').pod('b', 'running').pod('a', 'terminated').pod('b', 'terminated');
    expect(objections(bad)).toEqual([
      'A target never has steps of two executions at the same time: ' +
        'a step of pod team/b-pod ran on shop/deployment/app while one of pod team/a-pod did',
    ]);
  });

  it('may run on one target one after the other', () => {
    const good = two('shop/deployment/app').pod('b', 'waiting').pod('a', 'terminated').pod('b', 'running');
    expect(objections(good.pod('b', 'terminated'))).toEqual([]);
  });

  it('may run on two targets at the same time', () => {
    expect(objections(two('shop/deployment/other').pod('b', 'running'))).toEqual([]);
  });
});

describe('a step', () => {
  const running = () => new HistoryBuilder().execution('a').run('a').pod('a', 'running');

  it('does not run when its execution has ended', () => {
    expect(objections(running().ends('a', 'Failed').pod('a', 'terminated'))).toEqual(late);
    expect(objections(running().ends('a', 'Failed'))).toEqual(late);
  });

  it('does not start when its execution has ended', () => {
    const bad = new HistoryBuilder().execution('a').run('a').pod('a', 'waiting').ends('a', 'Failed');
    expect(objections(bad.pod('a', 'running').pod('a', 'terminated'))).toEqual(late);
  });

  it('has ended when it is terminated or its pod is deleted', () => {
    expect(objections(running().pod('a', 'terminated').ends('a'))).toEqual([]);
    expect(objections(running().gone('Pod', 'a-pod').ends('a', 'Failed'))).toEqual([]);
  });

  it('may leave a sidecar running', () => {
    const good = running().pod('a', 'terminated', { sidecar: 'running' }).ends('a');
    expect(objections(good)).toEqual([]);
  });

  it('of a foreign PipelineRun is ignored', () => {
    const foreign = new HistoryBuilder()
      .execution('a')
      .foreignRun('a', 'a-run')
      .ends('a', 'Failed')
      .pod('a', 'running');
    expect(objections(foreign)).toEqual([]);
  });
});
