import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { buildPipelineRun } from './build-pipeline-run.ts';
import { hasMetadataOf, hasSpecOf, pipelineRunContentResource, specPatch, unnamed } from './pipeline-run-content.ts';

const execution = aWorkflowExecution({ spec: { parameters: { A: '1' } } });
const expected = buildPipelineRun(execution);
const { parse } = pipelineRunContentResource;

/** The PipelineRun on the API server, created with a trace, with changes. */
function stored(over: { metadata?: object; spec?: object } = {}) {
  const { metadata, ...created } = buildPipelineRun(execution, {
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  });
  return parse({
    ...created,
    metadata: { ...metadata, uid: 'uid-run', resourceVersion: '7', ...over.metadata },
    spec: { ...created.spec, ...over.spec },
  });
}

describe('the metadata of a PipelineRun', () => {
  it('matches despite another trace and additional entries', () => {
    expect(hasMetadataOf(stored(), expected)).toBe(true);
    const labels = { ...expected.metadata.labels, 'tekton.dev/pipeline': 'workflow' };
    expect(hasMetadataOf(stored({ metadata: { labels } }), expected)).toBe(true);
  });

  it.each(['labels', 'annotations'] as const)('does not match if one of our %s differs or is missing', (kind) => {
    const ours = expected.metadata[kind];
    const name = 'kubernaut.ai/workflow-execution';
    expect(hasMetadataOf(stored({ metadata: { [kind]: { ...ours, [name]: 'other' } } }), expected)).toBe(false);
    expect(hasMetadataOf(stored({ metadata: { [kind]: undefined } }), expected)).toBe(false);
  });
});

describe('the spec of a PipelineRun', () => {
  it('is compared with a dry run', () => {
    expect(specPatch(stored(), expected)).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'uid-run' },
      { op: 'replace', path: '/spec', value: expected.spec },
    ]);
  });

  it.each(['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally', 'PipelineRunPending'])(
    'is the same with the status %s, set before or after the creation',
    (status) => {
      const withStatus = stored({ spec: { status } });
      expect(hasSpecOf(withStatus, stored())).toBe(true);
      expect(hasSpecOf(stored(), withStatus)).toBe(true);
    },
  );

  it('is created under a generated name in the dry run', () => {
    const metadata = { ...expected.metadata, name: undefined, generateName: 'dry-run-' };
    expect(unnamed(expected)).toEqual({ ...expected, metadata });
  });

  it.each(['Cancelled', 'PipelineRunPending'])('keeps spec.status %s in an update', (status) => {
    expect(specPatch(stored({ spec: { status } }), expected)).toContainEqual(
      expect.objectContaining({ path: '/spec', value: { ...expected.spec, status } }),
    );
  });

  it.each<[string, object]>([
    ['another bundle', { pipelineRef: { resolver: 'bundles', params: [] } }],
    ['a pipeline of its own', { pipelineSpec: { tasks: [] } }],
    ['another ServiceAccount', { taskRunTemplate: { serviceAccountName: 'admin' } }],
    ['another ServiceAccount for a task', { taskRunSpecs: [{ pipelineTaskName: 'a', serviceAccountName: 'admin' }] }],
    ['another parameter', { params: [{ name: 'A', value: '2' }] }],
  ])('differs with %s', (_, spec) => {
    expect(hasSpecOf(stored({ spec }), stored())).toBe(false);
    expect(hasSpecOf(stored({ spec }), stored({ spec }))).toBe(true);
  });
});
