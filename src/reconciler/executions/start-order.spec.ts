import { describe, expect, it } from '@jest/globals';
import type {
  WorkflowExecution,
  WorkflowExecutionMetadata,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { inStartOrder, nextInOrder, precedes } from './start-order.ts';

const ready = (reason: string) => {
  const lastTransitionTime = '2026-01-02T03:04:05Z';
  return [{ type: 'Ready', status: 'Unknown', reason, message: '', lastTransitionTime } as const];
};

function pending(name: string, second: number, reason = 'Paused', over: Partial<WorkflowExecutionMetadata> = {}) {
  const creationTimestamp = `2026-01-02T03:04:0${second}Z`;
  return aWorkflowExecution({
    metadata: { name, creationTimestamp, resourceVersion: '10', ...over },
    status: { phase: 'Pending', conditions: ready(reason) },
  });
}

const names = (executions: readonly WorkflowExecution[]) => executions.map(({ metadata }) => metadata.name);
const running = aWorkflowExecution({ metadata: { name: 'running' }, status: { phase: 'Running' } });

it('Pending executions start in the order of their creation, within a second of their last change', () => {
  const executions = [pending('c', 2), pending('b', 1, 'Paused', { resourceVersion: '11' }), running, pending('a', 1)];
  expect(names(inStartOrder(executions))).toEqual(['a', 'b', 'c']);
});

describe('a paused execution', () => {
  const other = pending('other', 5, 'Forbidden');
  it.each<[string, WorkflowExecution, boolean]>([
    ['precedes a later one', pending('earlier', 4), true],
    ['does not precede an earlier one', pending('later', 6), false],
    ['does not precede a later one once it is not paused', pending('earlier', 4, 'Forbidden'), false],
    [
      'does not precede a later one if it is being deleted',
      pending('x', 4, 'Paused', { deletionTimestamp: 'x' }),
      false,
    ],
    [
      'does not precede a later one while its namespace is paused',
      pending('x', 4, 'Paused', { namespace: 'paused' }),
      false,
    ],
    ['does not precede itself', pending('same', 5), false],
  ])('%s', (_, paused, expected) => {
    expect(precedes(paused, other, (namespace) => namespace === 'paused')).toBe(expected);
  });
});

describe('the next executions on a target', () => {
  it('are the first paused one', () => {
    expect(names(nextInOrder([pending('b', 2), pending('a', 1), running, pending('c', 3, 'New')]))).toEqual(['a']);
  });

  it('are all that wait if none is paused', () => {
    expect(names(nextInOrder([pending('b', 2, 'New'), pending('a', 1, 'New'), running]))).toEqual(['a', 'b']);
    expect(nextInOrder([running])).toEqual([]);
  });
});
