import { phaseOf } from '../../workflow-execution/execution.ts';
import { parseTimestamp, timestamp } from '../../workflow-execution/timestamp.ts';
import type { ExecutionSummary } from '../executions/cached-execution.ts';
import { GetTargetResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { resourceName } from '../resource/names.ts';
import { phases } from '../resource/to-message.ts';
import type { TargetDto, TargetExecutionDto } from './target.dto.ts';
import type { TargetState } from './target.service.ts';

/** A target over gRPC. */
export function toTargetResponse({ target, held, holder, cooldowns, executions }: TargetState): GetTargetResponse {
  return GetTargetResponse.fromPartial({
    target: {
      name: `targets/${target}`,
      held,
      holder: holder && {
        workflowExecution: resourceName(holder.execution.metadata),
        uid: holder.execution.metadata.uid,
        phase: phases[phaseOf(holder.execution)],
        holdTime: holder.since === undefined ? undefined : parseTimestamp(holder.since),
      },
      cooldowns: cooldowns.map(({ execution, end }) => ({
        workflowId: execution.spec.workflowRef.workflowId,
        workflowExecution: resourceName(execution.metadata),
        endTime: parseTimestamp(end.toISOString()),
      })),
      executions: executions.map((execution) => ({
        workflowExecution: resourceName(execution.metadata),
        uid: execution.metadata.uid,
        workflowId: execution.spec.workflowRef.workflowId,
        phase: phases[phaseOf(execution)],
        createTime: parseTimestamp(execution.metadata.creationTimestamp),
      })),
    },
  });
}

/** A target over REST. */
export function toTargetResource({ target, held, holder, cooldowns, executions }: TargetState): TargetDto {
  return {
    target,
    held,
    holder: holder && { ...inShort(holder.execution), since: holder.since },
    cooldowns: cooldowns.map(({ execution, end }) => ({ ...inShort(execution), end: timestamp(end) })),
    executions: executions.map(inShort),
  };
}

function inShort(execution: ExecutionSummary): TargetExecutionDto {
  const { namespace, name, uid, creationTimestamp } = execution.metadata;
  const { workflowId } = execution.spec.workflowRef;
  return { namespace, name, uid, workflowId, phase: phaseOf(execution), creationTimestamp };
}
