import { expect, it } from '@jest/globals';
import { finalizer, isGuarded } from './finalizer.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

it.each([
  ['the finalizer of this service', [finalizer], true],
  ['it among others', ['example.org/other', finalizer], true],
  ['the finalizer of somebody else', ['example.org/other'], false],
  ['an empty list', [], false],
  ['no finalizers', undefined, false],
])('an execution with %s is guarded: %p', (_, finalizers, expected) => {
  expect(finalizer).toBe('workflowexecution.kubernaut.ai/workflowexecution-cleanup');
  expect(isGuarded(aWorkflowExecution({ metadata: { finalizers } }))).toBe(expected);
});
