import { describe, expect, it } from '@jest/globals';
import { ownAnnotations } from './annotations.ts';
import { isRestored } from './restored.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

const creationTimestamp = '2026-01-02T03:04:05Z';
const uid = 'its-own';
const withMarks = (annotations?: Record<string, string>, labels?: Record<string, string>) =>
  aWorkflowExecution({ metadata: { uid, creationTimestamp, annotations, labels } });

describe('an execution without a status', () => {
  it.each([
    ['it has neither labels nor annotations', withMarks()],
    ['the controller has noted its UID', withMarks({ [ownAnnotations.uid]: uid })],
    ['the API noted the time just before', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T03:02:05Z' })],
    ['the clock of the API is ahead', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T04:00:00Z' })],
    ['the time that was noted is not one', withMarks({ [ownAnnotations.createdAt]: 'then' })],
    ['it belongs to a backup that was not restored', withMarks(undefined, { 'velero.io/backup-name': 'daily' })],
  ])('is new when %s', (_, execution) => {
    expect(isRestored(execution)).toBe(false);
  });

  it.each([
    ['it has the UID of another one', withMarks({ [ownAnnotations.uid]: 'of-the-original' })],
    ['the API noted a time long before', withMarks({ [ownAnnotations.createdAt]: '2026-01-02T03:02:04Z' })],
    ['Velero says so', withMarks(undefined, { 'velero.io/restore-name': 'daily-1' })],
  ])('was restored when %s', (_, execution) => {
    expect(isRestored(execution)).toBe(true);
  });
});
