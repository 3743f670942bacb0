import { describe, expect, it } from '@jest/globals';
import { HistoryBuilder } from '../history.builders.ts';
import { timelineOf } from '../timeline.ts';
import { lockIsHeldWhileRunning } from './lock-is-held-while-running.ts';

const target = 'shop/deployment/app';
const objections = (builder: HistoryBuilder) =>
  lockIsHeldWhileRunning(timelineOf(builder.build())).map((one) => one.message);
const running = () => new HistoryBuilder().execution('a').lock('a').run('a');
const deleted = (builder: HistoryBuilder) => builder.lock('a', target, 'delete-1').gone('Lease', 'lock');
/** The administrator empties a lock between marking and deleting it, and the service restores it in between. */
const markedEarlier = (builder: HistoryBuilder) =>
  builder.lock('a', target, 'delete-1').lock('', target, 'empty-2').lock('a', target, 'empty-2');
const lost = [`team/a-run was running when its execution lost ${target}`];

describe('a lock that the administrator takes from a running execution', () => {
  it.each([
    ['deleted', deleted(running())],
    ['marked, emptied, restored and then deleted', markedEarlier(running()).gone('Lease', 'lock')],
    ['emptied', running().lock('', target, 'empty-1')],
    ['given to another execution', running().lock('b', target, 'reassign-1')],
  ])('must be restored in time when it was %s', (_what, taken) => {
    expect(objections(taken.seconds(1).lock('a').seconds(9).succeeded('a', 'True'))).toEqual([]);
  });

  it.each([
    ['deleted', deleted(running())],
    ['emptied', running().lock('', target, 'empty-1')],
    ['given to another execution', running().lock('b', target, 'reassign-1')],
  ])('is not restored in time when it was %s', (_what, taken) => {
    expect(objections(taken.seconds(4).lock('a').succeeded('a', 'True'))).toEqual(lost);
  });

  it('is not restored at all', () => {
    expect(objections(deleted(running()).seconds(4).succeeded('a', 'True'))).toEqual(lost);
  });

  it('need not be restored after the run has ended', () => {
    expect(objections(deleted(running()).succeeded('a', 'True').seconds(9).ends('a'))).toEqual([]);
  });

  it('gets a new deadline each time that it is taken', () => {
    const twice = running().lock('', target, 'empty-1').seconds(1).lock('', target, 'empty-2').seconds(1).lock('a');
    expect(objections(twice.succeeded('a', 'True'))).toEqual([]);
  });

  it('has a deadline only while there is a leader', () => {
    const taken = running().leads('x').lock('', target, 'empty-1').seconds(20).leads('x').leads('x').lock('a');
    expect(objections(taken.succeeded('a', 'True'))).toEqual([]);
  });

  it('may be taken between the lock and the creation of the PipelineRun', () => {
    const early = new HistoryBuilder().execution('a').lock('a').lock('', target, 'empty-1').run('a').lock('a');
    expect(objections(early.seconds(9).succeeded('a', 'True'))).toEqual([]);
  });

  it('is no excuse for a lock that was never held', () => {
    const never = new HistoryBuilder()
      .execution('a')
      .lock('', target, 'empty-1')
      .run('a')
      .lock('a')
      .succeeded('a', 'True');
    expect(objections(never)).toEqual([`team/a-run was created while its execution did not have ${target}`]);
  });

  it('is no excuse for what the service does to it later', () => {
    const later = running().lock('', target, 'empty-1').lock('a', target, 'empty-1').lock('', target, 'empty-1');
    expect(objections(later.succeeded('a', 'True'))).toEqual(lost);
  });
});

it('identifies a lock by its canonical target', () => {
  const spelled = new HistoryBuilder().execution('a', { target: 'shop/Deploy/app' }).lock('a').run('a');
  expect(objections(spelled.succeeded('a', 'True'))).toEqual([]);
});
