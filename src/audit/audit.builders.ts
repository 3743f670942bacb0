import type {
  Condition,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';

/** When the execution of tests was created, started and ended. */
export const times = {
  created: '2026-01-02T03:04:05Z',
  started: '2026-01-02T03:04:07Z',
  ended: '2026-01-02T03:06:37Z',
} as const;

const pipelineRunRef = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  name: 'we-pod-crash-cf0cc089293b',
  namespace: 'payment',
  uid: 'b8b7c3ce-6d5f-4f6e-a3a9-0d9b1c2d3e4f',
};

/** A condition for tests. */
export function aCondition(over: Partial<Condition>): Condition {
  return {
    type: 'Ready',
    status: 'Unknown',
    reason: 'Running',
    message: '',
    lastTransitionTime: times.started,
    ...over,
  };
}

/** A Running execution. */
export function aRunningExecution(over: Parameters<typeof aWorkflowExecution>[0] = {}): WorkflowExecution {
  const status: WorkflowExecutionStatus = {
    phase: 'Running',
    pipelineRunRef,
    startTime: times.started,
    conditions: [
      aCondition({}),
      aCondition({ type: 'PipelineRunCreated', status: 'True', reason: 'PipelineRunCreated' }),
    ],
  };
  return aWorkflowExecution({ ...over, status: { ...status, ...over.status } });
}

/** A Completed execution. */
export function anEndedExecution(over: Parameters<typeof aWorkflowExecution>[0] = {}): WorkflowExecution {
  const status: WorkflowExecutionStatus = {
    phase: 'Completed',
    outcome: 'Success',
    completionTime: '2026-01-02T03:06:36Z',
    conditions: [
      aCondition({ status: 'True', reason: 'Completed', lastTransitionTime: times.ended }),
      aCondition({ type: 'PipelineRunCreated', status: 'True', reason: 'PipelineRunCreated' }),
    ],
  };
  return aRunningExecution({ ...over, status: { ...status, ...over.status } });
}
