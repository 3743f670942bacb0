import { invalidField } from './errors/api-error.ts';
import type { CreateCommand } from './execution.types.ts';
import type { CreateWorkflowExecutionDto } from './create-workflow-execution.dto.ts';

/**
 * What a new execution that has kept the rules asks for, in the namespace that the address or the parent names.
 *
 * @throws ApiError InvalidArgument when its metadata name another namespace
 */
export function toCreateCommand(namespace: string, { metadata = {}, spec }: CreateWorkflowExecutionDto): CreateCommand {
  const { name, namespace: named = namespace, labels, annotations } = metadata;
  if (named === namespace) return { namespace, name, labels, annotations, spec };
  throw invalidField(['metadata', 'namespace'], `must be ${namespace}, as in the address, or left out`);
}
