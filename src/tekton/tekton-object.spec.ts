import { describe, expect, it } from '@jest/globals';
import { customRunResource } from './custom-run.ts';
import { unstartedSince } from './pipeline-run.ts';
import { aPipelineRun } from './pipeline-run.builders.ts';
import { isPipelineRunReference, isTaskRunReference, parseMetadata } from './tekton-object.ts';

const metadata = { name: 'run-1', uid: 'u', resourceVersion: '1' };

describe('an owner reference', () => {
  const to = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: 'a', uid: 'u', controller: true });

  it.each([
    ['tekton.dev/v1', 'PipelineRun', [true, false]],
    ['tekton.dev/v1beta1', 'PipelineRun', [true, false]],
    ['tekton.dev/v1', 'TaskRun', [false, true]],
    ['example.org/v1', 'PipelineRun', [false, false]],
    ['example.org/v1', 'TaskRun', [false, false]],
  ])('to %s %s is to a PipelineRun, or a TaskRun, of Tekton: %j', (apiVersion, kind, expected) => {
    const reference = to(apiVersion, kind);
    expect([isPipelineRunReference(reference), isTaskRunReference(reference)]).toEqual(expected);
  });
});

it('finalizers that are not strings are dropped', () => {
  const raw = { metadata: { ...metadata, finalizers: [1, 'example.org/a', null] } };
  expect(parseMetadata(raw, 'PipelineRun').finalizers).toEqual(['example.org/a']);
});

it.each([
  ['one change', ['2026-01-02T03:00:00Z']],
  ['three changes', ['2026-01-02T02:00:00Z', '2026-01-02T03:00:00Z', '2026-01-02T01:00:00Z']],
])('a PipelineRun with %s could start since the last one', (_, times) => {
  const run = aPipelineRun({ metadata: { managedFields: times.map((time) => ({ time })) } });
  expect(unstartedSince(run)).toBe('2026-01-02T03:00:00Z');
});

it('a CustomRun has the API version that its resource is read with', () => {
  expect(customRunResource.parse({ metadata })).toMatchObject({ apiVersion: 'tekton.dev/v1beta1', kind: 'CustomRun' });
});
