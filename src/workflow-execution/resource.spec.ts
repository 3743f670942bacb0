import { describe, expect, it } from '@jest/globals';
import {
  MalformedWorkflowExecutionError,
  parseWorkflowExecution,
  workflowExecutionApiVersion,
  workflowExecutionResource,
} from './resource.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

it('the resource has the names of the CRD', () => {
  expect(workflowExecutionResource).toEqual({
    group: 'workflowexecution.kubernaut.ai',
    version: 'v1alpha1',
    plural: 'workflowexecutions',
    kind: 'WorkflowExecution',
    namespaced: true,
    parse: parseWorkflowExecution,
  });
  expect(workflowExecutionApiVersion).toBe('workflowexecution.kubernaut.ai/v1alpha1');
});

describe('parsing a WorkflowExecution', () => {
  it('accepts an object of the API server', () => {
    const raw: unknown = structuredClone(aWorkflowExecution({ status: { phase: 'Running' } }));
    expect(parseWorkflowExecution(raw)).toEqual(raw);
  });

  it('keeps unknown fields', () => {
    const raw = { ...aWorkflowExecution(), fromTheFuture: true };
    expect(parseWorkflowExecution(raw)).toHaveProperty('fromTheFuture', true);
  });

  it.each([
    ['nothing', undefined, 'the object must be object'],
    ['a list', [], 'the object must be object'],
    ['no spec', { ...aWorkflowExecution(), spec: undefined }, "the object must have required property 'spec'"],
    [
      'a number as target',
      aWorkflowExecution({ spec: { targetResource: 5 as never } }),
      'spec.targetResource must be string',
    ],
    [
      'an unknown phase',
      aWorkflowExecution({ status: { phase: 'Dreaming' as never } }),
      'status.phase must be equal to one',
    ],
  ])('rejects %s with the field', (_what, raw, message) => {
    expect(() => parseWorkflowExecution(raw)).toThrow(MalformedWorkflowExecutionError);
    expect(() => parseWorkflowExecution(raw)).toThrow(new RegExp(`^${message}`));
    expect(() => parseWorkflowExecution(raw)).toThrow(
      expect.objectContaining({ name: 'MalformedWorkflowExecutionError' }),
    );
  });
});
