import type { ExecutionContext } from '@nestjs/common';
import type { Call } from './call.ts';

/** What the access guard found of a call that it let through. */
export type Grant = Pick<Call, 'caller' | 'recheck' | 'endsInMs'>;

/** By the HTTP request or gRPC call that they belong to, so that nothing has to be put on objects of others. */
const grants = new WeakMap<object, Grant>();

/** Notes what was found of a call. */
export function keepGrant(context: ExecutionContext, grant: Grant): void {
  grants.set(keyOf(context), grant);
}

/** What was found of a call. Throws when no guard has let it through: a handler that asks for it has to have one. */
export function grantOf(context: ExecutionContext): Grant {
  const grant = grants.get(keyOf(context));
  if (grant === undefined) throw new Error(`no access guard stands before ${context.getHandler().name}`);
  return grant;
}

function keyOf(context: ExecutionContext): object {
  return context.getType() === 'http' ? context.switchToHttp().getRequest<object>() : context.getArgByIndex<object>(2);
}
