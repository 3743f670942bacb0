import { invalidField } from '../errors/api-error.ts';
import { requestIdRule } from './idempotency/request-identity.ts';
import type { CreateCommand } from './execution.types.ts';
import type { CreateWorkflowExecutionDto } from './create-workflow-execution.dto.ts';

/** What a creation is told beside the resource. */
export interface CreateOptions {
  readonly requestId?: string;
  readonly validateOnly?: boolean;
}

/**
 * What a new execution that has kept the rules asks for, in the namespace that the address or the parent names.
 *
 * @throws ApiError InvalidArgument when its metadata name another namespace, or the request id breaks its rule
 */
export function toCreateCommand(
  namespace: string,
  { metadata = {}, spec }: CreateWorkflowExecutionDto,
  options: CreateOptions = {},
): CreateCommand {
  if (options.requestId !== undefined && !requestIdRule.pattern.test(options.requestId)) {
    throw invalidField(['requestId'], requestIdRule.message);
  }
  const { name, namespace: named = namespace, labels, annotations } = metadata;
  if (named === namespace) return { namespace, name, labels, annotations, spec, ...options };
  throw invalidField(['metadata', 'namespace'], `must be ${namespace}, as in the address, or left out`);
}
