import { parameterBytes, parameterValues } from './generated/parameter-rules.ts';
import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';

/** The parameter that names the target to the workflow. */
export const targetParameter = 'TARGET_RESOURCE';

/** The parameters of an execution as the workflow gets them: its own, and always the target as it was written. */
export function parametersOf({ parameters, targetResource }: WorkflowExecutionSpec): Readonly<Record<string, string>> {
  return { ...parameters, [targetParameter]: targetResource };
}

/**
 * What is wrong with the parameters of an execution that is older than the rules on them, by the CRD's own rules. Each in
 * words that follow the field's name, the key first.
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

/** Bytes of UTF-8. */
function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
