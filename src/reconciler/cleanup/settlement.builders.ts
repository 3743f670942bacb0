import { aCondition, anEndedExecution } from '../../audit/audit.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';

/** A finished execution whose audit events are recorded; `over` replaces parts of it. */
export function aDoneExecution({ status, ...over }: Parameters<typeof anEndedExecution>[0] = {}): WorkflowExecution {
  const conditions = [aCondition({ status: 'True' }), aCondition({ type: 'AuditRecorded', reason: 'Recorded' })];
  return anEndedExecution({ status: { conditions, observedGeneration: 1, ...status }, ...over });
}
