import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidObjectError } from '../kubernetes/errors.ts';
import { aPipelineRun, succeeded } from './pipeline-run.builders.ts';
import { parsePipelineRun } from './pipeline-run.ts';
import { readOutcome } from './read-outcome.ts';
import { parseTaskRun } from './task-run.ts';

const metadata = { name: 'run-1', namespace: 'payment', uid: 'u', resourceVersion: '7' };

describe('parsing a PipelineRun', () => {
  it('keeps what is read and drops the rest', () => {
    const owner = { apiVersion: 'v1', kind: 'A', name: 'a', uid: 'b', controller: true };
    const raw = {
      metadata: { ...metadata, managedFields: [{}], labels: { a: 'b' }, ownerReferences: [owner] },
      spec: { status: 'CancelledRunFinally', params: [{}], timeouts: { pipeline: '1h0m0s', tasks: '1s' } },
      status: {
        ...succeeded('True', 'Succeeded'),
        startTime: '2026-11-23T12:05:00Z',
        completionTime: '2026-11-23T12:05:07Z',
        childReferences: [{ kind: 'TaskRun', name: 'run-1-main', pipelineTaskName: 'main' }],
        skippedTasks: [{ name: 'a' }, { name: 'b' }],
        pipelineSpec: {},
      },
    };
    expect(parsePipelineRun(raw)).toEqual({
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { ...metadata, creationTimestamp: '', labels: { a: 'b' }, ownerReferences: [owner] },
      spec: { status: 'CancelledRunFinally', timeout: '1h0m0s' },
      status: {
        succeeded: { status: 'True', reason: 'Succeeded', message: 'as Tekton says' },
        startTime: '2026-11-23T12:05:00Z',
        completionTime: '2026-11-23T12:05:07Z',
        childReferences: [{ kind: 'TaskRun', name: 'run-1-main' }],
        skippedTasks: 2,
      },
    });
  });

  it('takes every status, however absurd', () => {
    const fields = ['conditions', 'startTime', 'completionTime', 'childReferences', 'steps', 'retriesStatus'] as const;
    const absurd = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()));
    fc.assert(
      fc.property(absurd, absurd, (status, spec) => {
        expect(parsePipelineRun({ metadata, spec, status }).metadata.name).toBe('run-1');
        expect(parseTaskRun({ metadata, spec, status }).metadata.name).toBe('run-1');
      }),
    );
  });

  it.each([
    ['a word', 'soon'],
    ['a number', 5],
    ['a date that is none', '2026-13-45T00:00:00Z'],
    ['a local format', '23 Nov 2026 12:05'],
  ])('does not take %s for a time', (_what, startTime) => {
    expect(aPipelineRun({ status: { startTime } }).status.startTime).toBeUndefined();
  });

  it.each(['name', 'uid', 'resourceVersion'])('refuses an object without metadata.%s', (field) => {
    expect(() => parsePipelineRun({ metadata: { ...metadata, [field]: undefined } })).toThrow(InvalidObjectError);
  });
});

describe('the outcome of a PipelineRun', () => {
  const completionTime = '2026-11-23T12:05:07Z';

  it.each([
    ['running before Tekton has looked at it', undefined, 'running'],
    ['running', succeeded('Unknown', 'Running'), 'running'],
    ['succeeded', succeeded('True', 'Succeeded'), 'succeeded'],
    ['failed', succeeded('False', 'Failed'), 'failed'],
    ['running while its condition makes no sense', succeeded('Perhaps', 'Odd'), 'running'],
    ['unknown when it has ended and its condition makes no sense', { conditions: 'none', completionTime }, 'unknown'],
  ])('is %s', (_what, status, expected) => {
    expect(readOutcome(aPipelineRun({ status })).state).toBe(expected);
  });
});
