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

  it('is not held by an unknown execution', () => {
    expect(objections(new HistoryBuilder().lock('nobody'))).toEqual([expect.stringContaining('an unknown execution')]);
  });

  it('does not stay without holder and cooldown', () => {
    const bad = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').lock('').seconds(20);
    expect(objections(bad.execution('b').ends('b', 'Failed'))).toEqual([
      'a lock without holder still exists after 22 s',
    ]);
  });

  it('may be held by an ended execution for its cooldown', () => {
    expect(objections(new HistoryBuilder().execution('a').lock('a').ends('a', 'Failed'))).toEqual([]);
    const good = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a');
    expect(objections(good)).toEqual([]);
    expect(objections(good.seconds(20).execution('b').ends('b', 'Failed'))).toEqual([
      expect.stringContaining('a lock without holder still exists'),
    ]);
  });

  it('is not held by a deleted execution', () => {
    const bad = ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').gone('WorkflowExecution', 'a');
    expect(objections(bad)).toEqual(['team/a/a holds a lock, and has ended']);
  });

  it('may stay without holder for the cooldown', () => {
    expect(objections(ranWell(new HistoryBuilder().execution('a').lock('a'), 'a').lock(''))).toEqual([]);
  });
});
