import { isWorkflowExecution } from './generated/parser.ts';
import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** An object is not a valid WorkflowExecution. */
export class MalformedWorkflowExecutionError extends Error {
  override readonly name = 'MalformedWorkflowExecutionError';
}

export const workflowExecutionResource = {
  group: 'workflowexecution.kubernaut.ai',
  version: 'v1alpha1',
  plural: 'workflowexecutions',
  kind: 'WorkflowExecution',
  namespaced: true,
  parse: parseWorkflowExecution,
} as const;

/** The view of executions that are not settled, which the controller caches; the API caches all. */
export const unsettledView = 'unsettled';

/** The view of settled executions, of which the controller keeps a record each. */
export const settledView = 'settled';

export const workflowExecutionApiVersion = `${workflowExecutionResource.group}/${workflowExecutionResource.version}`;

/**
 * Parses a WorkflowExecution: checks types, required fields and enumerations, so an unknown phase of a newer schema is an
 * error.
 *
 * @throws MalformedWorkflowExecutionError with the field and the rule
 */
export function parseWorkflowExecution(raw: unknown): WorkflowExecution {
  if (isWorkflowExecution(raw)) return raw;
  const [first] = isWorkflowExecution.errors ?? [];
  const field = first === undefined || first.instancePath === '' ? 'the object' : first.instancePath.slice(1);
  throw new MalformedWorkflowExecutionError(`${field.replaceAll('/', '.')} ${first?.message ?? 'is malformed'}`);
}
