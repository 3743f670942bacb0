import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { recordOf, stringOf } from '../../kubernetes/json.ts';

/** Characters of a request id in the log: a valid one has no more, another one is not worth more. */
const maxLength = 64;

/** The request id of a call, if it gives one. */
export function requestIdOf(context: ExecutionContext): string | undefined {
  const source =
    context.getType() === 'http'
      ? context.switchToHttp().getRequest<Request>().query
      : context.switchToRpc().getData<unknown>();
  const id = stringOf(recordOf(source)['requestId']);
  return id === undefined || id === '' ? undefined : id.slice(0, maxLength);
}

/** The execution that a handler answers with, on either transport; empty when it answers with none. */
export function resultSubject(answer: unknown): { readonly name?: string; readonly uid?: string } {
  const { metadata, workflowExecution } = recordOf(answer);
  const { name, uid } = recordOf(metadata ?? workflowExecution);
  // Over gRPC it has a resource name.
  return { name: stringOf(name)?.split('/').at(-1), uid: stringOf(uid) };
}
