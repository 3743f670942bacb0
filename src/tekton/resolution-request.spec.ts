import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { buildPipelineRun, pipelineRefOf } from './build-pipeline-run.ts';
import { newResolutionRequest } from './resolution-request.ts';

describe('a ResolutionRequest', () => {
  it('has the resolver, the parameters and the namespace of the PipelineRun', () => {
    const execution = aWorkflowExecution({ spec: { executionConfig: { serviceAccountName: 'puller' } } });
    const { metadata, spec } = buildPipelineRun(execution);

    const bundle = { namespace: execution.metadata.namespace, pipelineRef: pipelineRefOf(execution.spec) };
    const request = newResolutionRequest(bundle, '1');

    expect(request).toMatchObject({
      apiVersion: 'resolution.tekton.dev/v1beta1',
      metadata: { namespace: metadata.namespace, labels: { 'resolution.tekton.dev/type': 'bundles' } },
      spec: { params: spec.pipelineRef.params },
    });
    expect(request.spec.params).toContainEqual({ name: 'serviceAccount', value: 'puller' });
  });
});
