import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { anyExecution } from '../executions/execution.builders.ts';
import { WorkflowExecution as WorkflowExecutionMessage } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toMessage } from './to-message.ts';

describe('toMessage', () => {
  it('is unchanged by encoding and decoding', () => {
    fc.assert(
      fc.property(anyExecution, (execution) => {
        const message = toMessage(execution);
        expect(WorkflowExecutionMessage.decode(WorkflowExecutionMessage.encode(message).finish())).toEqual(message);
      }),
    );
  });

  it('maps every part of a status', () => {
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

  it('omits the status until the execution has been reconciled', () => {
    expect(toMessage(aWorkflowExecution()).status).toBeUndefined();
    expect(toMessage(aWorkflowExecution({ status: { observedGeneration: -1 } })).status).toBeUndefined();
  });

  it('keeps nanoseconds', () => {
    const { status } = toMessage(aWorkflowExecution({ status: { startTime: '1970-01-01T00:00:07.000000001Z' } }));
    expect(status?.startTime).toEqual({ seconds: 7, nanos: 1 });
  });

  it('omits an invalid time', () => {
    expect(toMessage(aWorkflowExecution({ status: { startTime: 'soon' } })).status?.startTime).toBeUndefined();
  });
});
