import { expect, it } from '@jest/globals';
import { executionIndexes, ownAnnotations, ownPrefix, requestIndex, requestLabel } from './annotations.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

it('the annotations of this service are under its own prefix, by names that do not change', () => {
  expect(ownAnnotations).toEqual({
    createdBy: 'workflowexecution.kubernaut.ai/created-by',
    cancelRequestedBy: 'workflowexecution.kubernaut.ai/cancel-requested-by',
    immediateCancelRequestedBy: 'workflowexecution.kubernaut.ai/immediate-cancel-requested-by',
    requestFingerprint: 'workflowexecution.kubernaut.ai/request-fingerprint',
    createdAt: 'workflowexecution.kubernaut.ai/created-at',
    uid: 'workflowexecution.kubernaut.ai/uid',
    traceparent: 'workflowexecution.kubernaut.ai/traceparent',
  });
  expect([ownPrefix, requestLabel, requestIndex]).toEqual([
    'workflowexecution.kubernaut.ai/',
    'workflowexecution.kubernaut.ai/request',
    'request',
  ]);
});

it('an execution is indexed by its request label, and not at all without one', () => {
  const labelled = aWorkflowExecution({ metadata: { labels: { [requestLabel]: 'abc', other: 'x' } } });
  const keysOf = executionIndexes[requestIndex];
  expect(keysOf(labelled)).toEqual(['abc']);
  expect(keysOf(aWorkflowExecution({ metadata: { labels: { other: 'x' } } }))).toHaveLength(0);
  expect(keysOf(aWorkflowExecution())).toHaveLength(0);
});
