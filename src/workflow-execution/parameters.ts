import { parameterBytes, parameterValues } from './generated/parameter-rules.ts';
import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';

export const targetParameter = 'TARGET_RESOURCE';

/** The parameters of the workflow: those of the execution, and the target as written. */
export function parametersOf({ parameters, targetResource }: WorkflowExecutionSpec): Readonly<Record<string, string>> {
  return { ...parameters, [targetParameter]: targetResource };
}

/**
 * Violations of the CRD's rules on parameters, for an execution that is older than the rules. Each one follows the name of the
 * field in a message and starts with the key.
 */
export function parameterViolations({ parameters = {}, targetResource }: WorkflowExecutionSpec): readonly string[] {
  const target = parameters[targetParameter];
  const bytes = Object.entries(parameters).reduce((sum, [key, value]) => sum + sizeOf(key) + sizeOf(value), 0);
  return [
    ...Object.entries(parameters).flatMap(([key, value]) =>
      parameterValues.pattern.test(value) ? [] : [`[${key}] ${parameterValues.message}`],
    ),
    ...(target === undefined || target === targetResource
      ? []
      : [`[${targetParameter}] must be left out or equal spec.targetResource`]),
    ...(bytes > parameterBytes.max ? [` ${parameterBytes.message}; they are ${bytes}`] : []),
  ];
}

/** Size in bytes of UTF-8. */
function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
