import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { anyExecution } from './execution.builders.ts';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  WorkflowExecution as WorkflowExecutionMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { fromCreateRequest, fromName, fromListRequest } from '../resource/from-message.ts';
import { toListResponse, toMessage } from '../resource/to-message.ts';

/** A map as gRPC has it: an empty one is none. */
function given(named: Record<string, object | undefined>): object {
  return Object.values(named).every((map) => Object.keys(map ?? {}).length === 0) ? {} : named;
}

describe('an execution over gRPC', () => {
  it('is on the wire what it is in the mapping', () => {
    fc.assert(
      fc.property(anyExecution, (execution) => {
        const message = toMessage(execution);
        expect(WorkflowExecutionMessage.decode(WorkflowExecutionMessage.encode(message).finish())).toEqual(message);
      }),
    );
  });

  it('has the same spec when what was read is created again', () => {
    fc.assert(
      fc.property(anyExecution, (execution) => {
        const { metadata, spec } = execution;
        const { parameters, ...rest } = spec;
        const request = CreateWorkflowExecutionRequest.fromPartial({
          parent: 'namespaces/payment',
          workflowExecution: toMessage(execution),
        });

        expect(fromCreateRequest(request)).toEqual({
          namespace: 'payment',
          options: { validateOnly: false },
          resource: {
            metadata: { ...given({ labels: metadata.labels }), ...given({ annotations: metadata.annotations }) },
            spec: { ...rest, ...given({ parameters }) },
          },
        });
      }),
    );
  });

  it('shows every part of a status', () => {
    const execution = aWorkflowExecution({
      metadata: { deletionTimestamp: '2026-01-02T04:00:00Z' },
      status: {
        observedGeneration: 2,
        phase: 'Failed',
        outcome: 'Failed',
        target: 'payment/deployment/payment-api',
        startTime: '2026-01-02T03:05:00Z',
        failure: {
          reason: 'OOMKilled',
          message: 'more memory',
          wasExecutionFailure: true,
          failedTask: { name: 'fix', stepName: 'patch', exitCode: 0 },
        },
      },
    });

    expect(toMessage(execution)).toMatchObject({
      name: 'namespaces/payment/workflowExecutions/we-pod-crash',
      createTime: parseTimestamp('2026-01-02T03:04:05Z'),
      deleteTime: parseTimestamp('2026-01-02T04:00:00Z'),
      status: {
        observedGeneration: 2,
        phase: 'PHASE_FAILED',
        outcome: 'OUTCOME_FAILED',
        target: 'payment/deployment/payment-api',
        startTime: parseTimestamp('2026-01-02T03:05:00Z'),
        completionTime: undefined,
        failure: {
          reason: 'FAILURE_REASON_OOM_KILLED',
          wasExecutionFailure: true,
          failedTask: { name: 'fix', stepName: 'patch', exitCode: 0 },
        },
      },
    });
  });

  it('has no status until the service has looked at it', () => {
    expect(toMessage(aWorkflowExecution()).status).toBeUndefined();
    expect(toMessage(aWorkflowExecution({ status: { observedGeneration: -1 } })).status).toBeUndefined();
  });

  it('has its times to the nanosecond', () => {
    const { status } = toMessage(aWorkflowExecution({ status: { startTime: '1970-01-01T00:00:07.000000001Z' } }));
    expect(status?.startTime).toEqual({ seconds: 7, nanos: 1 });
  });

  it('leaves out a time that is none', () => {
    expect(toMessage(aWorkflowExecution({ status: { startTime: 'soon' } })).status?.startTime).toBeUndefined();
  });
});

describe('a list over gRPC', () => {
  it('has an empty token on its last page', () => {
    const page = { items: [aWorkflowExecution()], remaining: 0, total: 1 };

    expect(toListResponse(page)).toMatchObject({ nextPageToken: '', totalSize: 1 });
  });

  it.each([
    ['one namespace', 'namespaces/payment', { namespace: 'payment', pageSize: 7, filter: { phases: [] } }],
    ['all namespaces', 'namespaces/-', { pageSize: 7, filter: { phases: [] } }],
  ])('is asked for in %s', (_, parent, command) => {
    expect(fromListRequest(ListWorkflowExecutionsRequest.fromPartial({ parent, pageSize: 7 }))).toEqual(command);
  });

  it.each([
    ['', 0, 'parent'],
    ['namespaces/', 0, 'parent'],
    ['namespaces/Payment', 0, 'parent'],
    ['projects/payment', 0, 'parent'],
    ['namespaces/payment', -1, 'page_size'],
  ])('of %j with page size %i breaks a rule of %s', (parent, pageSize, field) => {
    expect(() => fromListRequest(ListWorkflowExecutionsRequest.fromPartial({ parent, pageSize }))).toThrow(
      expect.objectContaining({ details: { violations: [expect.objectContaining({ path: [field] })] } }),
    );
  });
});

describe('the name of an execution over gRPC', () => {
  it('is its resource name', () => {
    expect(fromName({ name: 'namespaces/payment/workflowExecutions/we-1' })).toEqual({
      namespace: 'payment',
      name: 'we-1',
    });
  });

  it.each([
    '',
    'we-1',
    'namespaces/payment/workflowExecutions/',
    'namespaces/payment/workflowExecutions/..',
    'namespaces/-/workflowExecutions/we-1',
    'namespaces/payment/workflowexecutions/we-1',
    'namespaces/payment/workflowExecutions/we-1/status',
    '/namespaces/payment/workflowExecutions/we-1',
  ])('is not %j', (name) => {
    expect(() => fromName({ name })).toThrow('name: must be namespaces/{namespace}/workflowExecutions/');
  });
});
