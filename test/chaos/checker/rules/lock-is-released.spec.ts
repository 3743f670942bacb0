import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from '../history.builders.ts';
import { timelineOf } from '../timeline.ts';
import { lockIsReleased } from './lock-is-released.ts';

const objections = (builder: HistoryBuilder) =>
  lockIsReleased(timelineOf(builder.build())).map(({ message }) => message);
const ranWell = (builder: HistoryBuilder, name: string) => builder.run(name).succeeded(name, 'True').ends(name);

describe('a lock', () => {
  it('does not outlive its need', () => {
    const bad = new HistoryBuilder().execution('a').lock('a').ends('a', 'Failed').gone('WorkflowExecution', 'a');
    expect(objections(bad)).toEqual(['team/a/a holds a lock, and has ended']);
  });

  it('is not held by somebody whom nobody knows', () => {
    expect(objections(new HistoryBuilder().lock('nobody'))).toEqual([expect.stringContaining('which nobody knows')]);
  });

  it('does not stay when nobody holds it and nothing cools down', () => {
    const bad = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').lock('').seconds(20);
    expect(objections(bad.execution('b').ends('b', 'Failed'))).toEqual([
      'a lock that nobody holds is still there after 22 s',
    ]);
  });

  it('may stay with one that has ended, for its cooldown', () => {
    expect(objections(new HistoryBuilder().execution('a').lock('a').ends('a', 'Failed'))).toEqual([]);
    const good = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a');
    expect(objections(good)).toEqual([]);
    expect(objections(good.seconds(20).execution('b').ends('b', 'Failed'))).toEqual([
      expect.stringContaining('a lock that nobody holds is still there'),
    ]);
  });

  it('does not stay with one that is gone', () => {
    const bad = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').gone('WorkflowExecution', 'a');
    expect(objections(bad)).toEqual(['team/a/a holds a lock, and has ended']);
  });

  it('may stay for the cooldown when nobody holds it', () => {
    expect(objections(ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').lock(''))).toEqual([]);
  });
});
