import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidObjectError } from '../kubernetes/errors.ts';
import { aPipelineRun, succeeded } from './pipeline-run.builders.ts';
import {
  cancellationOf,
  parsePipelineRun,
  pipelineRunApiVersion,
  pipelineRunResource,
  readOutcome,
} from './pipeline-run.ts';
import { parseTaskRun } from './task-run.ts';

const metadata = { name: 'run-1', namespace: 'payment', uid: 'u', resourceVersion: '7' };

it('the resource has its Tekton names', () => {
  expect(pipelineRunResource).toMatchObject({
    group: 'tekton.dev',
    version: 'v1',
    plural: 'pipelineruns',
    kind: 'PipelineRun',
    namespaced: true,
  });
  expect(pipelineRunApiVersion).toBe('tekton.dev/v1');
});

it.each([
  ['CancelledRunFinally', 'Graceful'],
  ['Cancelled', 'Immediate'],
  ['StoppedRunFinally', undefined],
  ['PipelineRunPending', undefined],
  [undefined, undefined],
])('a PipelineRun with spec.status %s is being canceled: %p', (status, expected) => {
  expect(cancellationOf(aPipelineRun({ spec: { status } }))).toBe(expected);
});

describe('parsing a PipelineRun', () => {
  it('drops fields that are not used', () => {
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
        provenance: { refSource: { uri: 'quay.io/a/b', digest: { sha256: 'a'.repeat(64) }, entryPoint: 'workflow' } },
        pipelineSpec: { tasks: [{ name: 'main' }, { name: 'a' }], finally: [{ name: 'b' }] },
        results: [{ name: 'node', value: 'w1' }],
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
        childReferences: [{ kind: 'TaskRun', name: 'run-1-main', task: 'main' }],
        tasks: 3,
        results: [{ name: 'node', value: 'w1' }],
        skippedTasks: 2,
        bundleDigest: `sha256:${'a'.repeat(64)}`,
      },
    });
  });

  it.each([
    ['knows the parameters that the resolved Pipeline does not declare', { params: [{ name: 'A' }] }, ['B']],
    ['knows none if all are declared', { params: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] }, undefined],
    ['knows none before the Pipeline is resolved', undefined, undefined],
  ])('%s', (_, pipelineSpec, undeclaredParams) => {
    const params = ['A', 'B', 'TARGET_RESOURCE'].map((name) => ({ name, value: 'x' }));
    const { status } = aPipelineRun({ spec: { params }, status: { pipelineSpec } });
    expect(status.undeclaredParams).toEqual(undeclaredParams);
  });

  it('keeps the deletion time, and valid labels and owners', () => {
    const owner = { apiVersion: 'v1', kind: 'A', name: 'a', uid: 'b' };
    const more = {
      creationTimestamp: '2026-11-23T12:00:00Z',
      deletionTimestamp: '2026-11-23T12:06:00Z',
      labels: { a: 'b', c: 5 },
      ownerReferences: [
        owner,
        { ...owner, uid: 7 },
        { ...owner, kind: undefined },
        { ...owner, apiVersion: null },
        'x',
      ],
    };
    expect(parsePipelineRun({ metadata: { ...metadata, ...more } }).metadata).toEqual({
      ...metadata,
      ...more,
      labels: { a: 'b' },
      ownerReferences: [{ ...owner, controller: false }],
    });
    expect(parsePipelineRun({ metadata }).metadata).not.toHaveProperty('deletionTimestamp');
  });

  it('reads results: arrays and objects as JSON, at most what an execution records', () => {
    const results = [
      ...[
        { name: 'list', value: ['a', 'b'] },
        { name: 'object', value: { a: 'b' } },
      ],
      ...[{ name: 'none' }, { value: 'unnamed' }, 'x', { name: 'long', value: `${'x '.repeat(4_096)}` }],
    ];
    expect(aPipelineRun({ status: { results } }).status.results).toEqual([
      { name: 'list', value: '["a","b"]' },
      { name: 'object', value: '{"a":"b"}' },
      { name: 'long', value: expect.stringMatching(/^(x ){2000,2047}…$/) },
    ]);
    expect(aPipelineRun({ status: { results: [] } }).status).not.toHaveProperty('results');
  });

  it('keeps children with a kind and a name', () => {
    const childReferences = [{ kind: 'TaskRun', name: 'a' }, { kind: 'TaskRun' }, { name: 'b' }, 'c'];
    expect(aPipelineRun({ status: { childReferences } }).status.childReferences).toEqual([
      { kind: 'TaskRun', name: 'a' },
    ]);
  });

  it('reads the condition Succeeded; reason and message default to empty', () => {
    const conditions = [null, { type: 'Ready', status: 'True' }, { type: 'Succeeded', status: 'False' }];
    expect(aPipelineRun({ status: { conditions } }).status.succeeded).toEqual({
      status: 'False',
      reason: '',
      message: '',
    });
    expect(aPipelineRun({ status: { conditions: conditions.slice(0, 2) } }).status.succeeded).toBeUndefined();
    expect(aPipelineRun({ status: succeeded('Unknown', 'Running') }).status.succeeded).toMatchObject({
      status: 'Unknown',
      reason: 'Running',
    });
  });

  it.each([
    '2026-11-23T12:05:00Z',
    '2026-11-23T12:05:00.1Z',
    '2026-11-23T12:05:00.123456789Z',
    '2026-11-23T12:05:00+01:30',
    '2026-11-23T12:05:00-11:00',
  ])('accepts the time %s', (startTime) => {
    expect(aPipelineRun({ status: { startTime } }).status.startTime).toBe(startTime);
  });

  it.each([
    ['of another algorithm', { sha1: 'a'.repeat(40) }],
    ['that is invalid', { sha256: 'abc' }],
    ['that is too long', { sha256: 'a'.repeat(65) }],
    ['that has a prefix', { sha256: `sha256:${'a'.repeat(64)}` }],
    ['that has a suffix', { sha256: `${'a'.repeat(64)}==` }],
    ['that is not a string', { sha256: 7 }],
  ])('ignores a digest %s', (_what, digest) => {
    const status = { provenance: { refSource: { digest } } };
    expect(aPipelineRun({ status }).status.bundleDigest).toBeUndefined();
  });

  it('accepts any status', () => {
    const fields = [
      'conditions',
      'provenance',
      'startTime',
      'completionTime',
      'childReferences',
      'steps',
      'retriesStatus',
    ] as const;
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
    ['an invalid date', '2026-13-45T00:00:00Z'],
    ['a local format', '23 Nov 2026 12:05'],
    ['a date', '2026-11-23'],
    ['something before a time', 'at 2026-11-23T12:05:00Z'],
    ['something after a time', '2026-11-23T12:05:00Z.'],
    ['a time without a zone', '2026-11-23T12:05:00'],
    ['a time with ten digits after the point', '2026-11-23T12:05:00.1234567890Z'],
    ['a time with none after the point', '2026-11-23T12:05:00.Z'],
    ['a year of five digits', '12026-11-23T12:05:00Z'],
    ['a year of six digits', '+012026-11-23T12:05:00Z'],
    ['a time with a comment', '2026-11-23T12:05:00Z (UTC)'],
    ['a list of a time', ['2026-11-23T12:05:00Z']],
  ])('ignores %s as a time', (_what, startTime) => {
    expect(aPipelineRun({ status: { startTime } }).status.startTime).toBeUndefined();
  });

  it.each(['name', 'uid', 'resourceVersion'])('rejects an object without metadata.%s', (field) => {
    const parse = () => parsePipelineRun({ metadata: { ...metadata, [field]: undefined } });
    expect(parse).toThrow(InvalidObjectError);
    expect(parse).toThrow('PipelineRun');
  });
});

describe('the outcome of a PipelineRun', () => {
  const completionTime = '2026-11-23T12:05:07Z';

  it.each([
    ['running before Tekton has observed it', undefined, 'running'],
    ['running', succeeded('Unknown', 'Running'), 'running'],
    ['succeeded', succeeded('True', 'Succeeded'), 'succeeded'],
    ['failed', succeeded('False', 'Failed'), 'failed'],
    ['running while its condition is invalid', succeeded('Perhaps', 'Odd'), 'running'],
    ['unknown when it has ended and its condition is invalid', { conditions: 'none', completionTime }, 'unknown'],
  ])('is %s', (_what, status, expected) => {
    expect(readOutcome(aPipelineRun({ status })).state).toBe(expected);
  });

  it('has the completion time, reason and message', () => {
    const status = { ...succeeded('False', 'Failed', 'why'), completionTime };
    expect(readOutcome(aPipelineRun({ status }))).toEqual({
      state: 'failed',
      completionTime,
      reason: 'Failed',
      message: 'why',
    });
    expect(readOutcome(aPipelineRun({ status: { completionTime } }))).toEqual({
      state: 'unknown',
      completionTime,
      reason: '',
      message: '',
    });
  });
});
