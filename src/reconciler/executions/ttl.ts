import type { Config } from '../../config/config.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';

/** How long finished executions are kept that do not say so themselves. */
export type DefaultTtls = Pick<Config, 'ttlSkippedMs'>;

/** How long an execution is kept after its end, in milliseconds; undefined when it is not deleted. */
export function ttlMsOf(execution: WorkflowExecution, { ttlSkippedMs }: DefaultTtls): number | undefined {
  const { ttlSecondsAfterFinished } = execution.spec;
  if (ttlSecondsAfterFinished !== undefined) return ttlSecondsAfterFinished * 1000;
  return phaseOf(execution) === 'Skipped' && ttlSkippedMs > 0 ? ttlSkippedMs : undefined;
}
