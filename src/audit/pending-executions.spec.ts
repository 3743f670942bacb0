import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { named } from './audit-trail.builders.ts';
import { anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { pending, recorded } from './event-state.ts';
import { PendingExecutions, unfinishedEvents } from './pending-executions.ts';

/** These executions, with all their events pending. */
function pendingOf(...executions: readonly WorkflowExecution[]): PendingExecutions {
  const all = new PendingExecutions();
  for (const execution of executions) all.put(execution, pending);
  return all;
}

/** The unfinished events of a correlation id, as `name kind`. */
const order = (executions: PendingExecutions, correlationId = 'rr') =>
  executions.unfinished(correlationId).map(({ owner, due }) => `${owner.execution.metadata.name} ${due.kind}`);

const inOne = (name: string, creationTimestamp: string = times.created) => named(name, creationTimestamp, 'rr');

describe('the events of a correlation id', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.001Z'],
    ['2026-01-02T03:04:05.9Z', '2026-01-02T03:04:06Z'],
    ['2026-01-02T05:04:05+02:00', '2026-01-02T03:04:06Z'],
  ])('are ordered by time, not by the text of the time: %s, %s', (earlier, later) => {
    const [a, b] = [aWorkflowExecution(inOne('a', earlier)), aWorkflowExecution(inOne('b', later))];
    expect([order(pendingOf(a, b)), order(pendingOf(b, a))]).toEqual([
      ['a accepted', 'b accepted'],
      ['a accepted', 'b accepted'],
    ]);
  });

  it('of several executions are interleaved', () => {
    const executions = pendingOf(anEndedExecution(inOne('a')), aWorkflowExecution(inOne('b', times.started)));
    expect(order(executions)).toEqual(['a accepted', 'a started', 'b accepted', 'a ended']);
  });

  it('of the same time stay in the order in which they came', () => {
    expect(order(pendingOf(...['a', 'b', 'c'].map((name) => aWorkflowExecution(inOne(name)))))).toEqual([
      'a accepted',
      'b accepted',
      'c accepted',
    ]);
  });

  it('do not contain final events, nor those of other correlation ids', () => {
    const executions = pendingOf(aRunningExecution(inOne('a')), aWorkflowExecution(named('b')));
    executions.unfinished('rr')[0]!.state = recorded;
    expect(order(executions)).toEqual(['a started']);
    expect(order(executions, 'another')).toEqual([]);
  });
});

describe('an execution', () => {
  it('gets each of its events once, with the state in which it was first seen', () => {
    const id = inOne('a');
    const executions = new PendingExecutions();
    expect(executions.put(aWorkflowExecution(id), pending)).toBe(true);
    executions.unfinished('rr')[0]!.state = recorded;
    expect(executions.put(aWorkflowExecution(id), pending)).toBe(false);
    expect(executions.put(aRunningExecution(id), pending)).toBe(true);
    expect([order(executions), executions.size]).toEqual([['a started'], 1]);
  });

  it('is known by its UID, and is forgotten with its events', () => {
    const [first, second] = [aWorkflowExecution(inOne('a')), aWorkflowExecution(inOne('a'))];
    const executions = pendingOf(first, second);
    const owner = executions.get(first)!;
    executions.remove(first);
    executions.remove(first);
    expect([executions.size, executions.get(first), executions.has(owner)]).toEqual([1, undefined, false]);
    expect(executions.has(executions.get(second)!)).toBe(true);
    executions.remove(second);
    expect([executions.size, order(executions)]).toEqual([0, []]);
  });

  it('keeps its last state', () => {
    const id = inOne('a');
    const executions = pendingOf(aWorkflowExecution(id));
    const running = aRunningExecution(id);
    executions.put(running, pending);
    expect(executions.get(running)?.execution).toBe(running);
    expect(unfinishedEvents(executions.get(running)!).map(({ due }) => due.kind)).toEqual(['accepted', 'started']);
  });
});

describe('the backlog', () => {
  it('is the number of unfinished events and the time of the oldest', () => {
    const executions = pendingOf(aWorkflowExecution(named('b', times.started)), anEndedExecution(inOne('a')));
    expect(executions.backlog()).toEqual({ events: 4, oldestMs: Date.parse(times.created) });
    executions.unfinished('rr')[0]!.state = recorded;
    expect(executions.backlog()).toEqual({ events: 3, oldestMs: Date.parse(times.started) });
    expect(new PendingExecutions().backlog()).toEqual({ events: 0, oldestMs: undefined });
  });
});
