import { expect, it, describe } from '@jest/globals';
import { ownAnnotations, ownPrefix, requestLabel, finalizer, hasFinalizer, isRestored } from './metadata.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

it('the annotations of this service have stable names', () => {
  expect(ownAnnotations).toEqual({
    createdBy: 'workflowexecution.kubernaut.ai/created-by',
    cancelRequestedBy: 'workflowexecution.kubernaut.ai/cancel-requested-by',
    immediateCancelRequestedBy: 'workflowexecution.kubernaut.ai/immediate-cancel-requested-by',
    requestFingerprint: 'workflowexecution.kubernaut.ai/request-fingerprint',
    createdAt: 'workflowexecution.kubernaut.ai/created-at',
    uid: 'workflowexecution.kubernaut.ai/uid',
    traceparent: 'workflowexecution.kubernaut.ai/traceparent',
  });
  expect([ownPrefix, requestLabel]).toEqual([
    'workflowexecution.kubernaut.ai/',
    'workflowexecution.kubernaut.ai/request',
  ]);
});

it.each([
  ['the finalizer of this service', [finalizer], true],
  ['it among others', ['example.org/other', finalizer], true],
  ['a foreign finalizer', ['example.org/other'], false],
  ['an empty list', [], false],
  ['no finalizers', undefined, false],
])('an execution with %s has the finalizer: %p', (_, finalizers, expected) => {
  expect(finalizer).toBe('workflowexecution.kubernaut.ai/workflowexecution-cleanup');
  expect(hasFinalizer(aWorkflowExecution({ metadata: { finalizers } }))).toBe(expected);
});

const creationTimestamp = '2026-01-02T03:04:05Z';
const uid = 'its-own';
const withMarks = (annotations?: Record<string, string>, labels?: Record<string, string>) =>
  aWorkflowExecution({ metadata: { uid, creationTimestamp, annotations, labels } });

describe('an execution without a status', () => {
  it.each([
    ['it has neither labels nor annotations', withMarks()],
    ['the controller has recorded its UID', withMarks({ [ownAnnotations.uid]: uid })],
    ['the API recorded a time just before', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T03:02:05Z' })],
    ['the clock of the API is ahead', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T04:00:00Z' })],
    ['the recorded time is invalid', withMarks({ [ownAnnotations.createdAt]: 'then' })],
    ['it belongs to a backup that was not restored', withMarks(undefined, { 'velero.io/backup-name': 'daily' })],
  ])('is new if %s', (_, execution) => {
    expect(isRestored(execution)).toBe(false);
  });

  it.each([
    ['it has the UID of another one', withMarks({ [ownAnnotations.uid]: 'of-the-original' })],
    ['the API recorded a time long before', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T03:02:04Z' })],
    ['it has the label of Velero', withMarks(undefined, { 'velero.io/restore-name': 'daily-1' })],
  ])('was restored if %s', (_, execution) => {
    expect(isRestored(execution)).toBe(true);
  });
});
