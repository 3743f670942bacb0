import { SetMetadata } from '@nestjs/common';

/** What a handler does to executions, in the words of RBAC. */
export interface DeclaredAccess {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly subresource?: 'log';
}

/** Key of the metadata that {@link Access} sets. */
export const accessKey = 'workflow-execution:access';

/** Says what right a handler needs in the namespace that it is called for. */
export function Access(verb: DeclaredAccess['verb'], subresource?: DeclaredAccess['subresource']): MethodDecorator {
  return SetMetadata<string, DeclaredAccess>(accessKey, { verb, subresource });
}
