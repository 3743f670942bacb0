import { describe, expect, it } from '@jest/globals';
import { toGrpcField } from './field-path.ts';

describe('the gRPC name of a field', () => {
  it.each([
    ['spec.workflowRef.containerImage', 'workflow_execution.spec.workflow_ref.container_image'],
    ['spec.ttlSecondsAfterFinished', 'workflow_execution.spec.ttl_seconds_after_finished'],
    ['spec.parameters', 'workflow_execution.spec.parameters'],
    ['spec.parameters.memoryLimit', 'workflow_execution.spec.parameters.memoryLimit'],
    ['metadata.labels.costCentre', 'workflow_execution.labels.costCentre'],
    ['metadata.annotations', 'workflow_execution.annotations'],
    ['metadata.name', 'workflow_execution_id'],
    ['metadata.namespace', 'parent'],
    ['limit', 'page_size'],
    ['continue', 'page_token'],
    ['parent', 'parent'],
    ['', ''],
  ])('%s is %s', (resource, grpc) => {
    expect(toGrpcField(resource.split('.'))).toBe(grpc);
  });
});
