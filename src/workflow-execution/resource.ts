import { isWorkflowExecution } from './generated/parser.ts';
import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Something that the API server sent as a WorkflowExecution does not have the shape of one. */
export class MalformedWorkflowExecutionError extends Error {
  override readonly name = 'MalformedWorkflowExecutionError';
}

/** The resource as the API server knows it, with the parser for what it sends. */
export const workflowExecutionResource = {
  group: 'workflowexecution.kubernaut.ai',
  version: 'v1alpha1',
  plural: 'workflowexecutions',
  kind: 'WorkflowExecution',
  namespaced: true,
  parse: parseWorkflowExecution,
} as const;

/** The apiVersion that objects of this resource carry. */
export const workflowExecutionApiVersion = `${workflowExecutionResource.group}/${workflowExecutionResource.version}`;

/**
 * A WorkflowExecution from JSON that came from outside. Types, required fields and enumerations are checked; an object of
 * a newer schema with a phase that is not known here is refused rather than misread.
 *
 * @throws MalformedWorkflowExecutionError naming the field and what is wrong with it
 */
export function parseWorkflowExecution(raw: unknown): WorkflowExecution {
  if (isWorkflowExecution(raw)) return raw;
  const [first] = isWorkflowExecution.errors ?? [];
  const field = first === undefined || first.instancePath === '' ? 'the object' : first.instancePath.slice(1);
  throw new MalformedWorkflowExecutionError(`${field.replaceAll('/', '.')} ${first?.message ?? 'is malformed'}`);
}
