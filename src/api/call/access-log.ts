import { Injectable, Logger } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import type { Request } from 'express';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Caller } from '../../auth/caller.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { errorReason } from '../errors/error-table.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { callContextOf } from './call.ts';
import { remoteOf } from './remote.ts';
import type { Remote } from './remote.ts';
import { accessKey, resourceAttributesOf } from './resource-attributes.ts';
import type { RequiredAccess } from './resource-attributes.ts';

const mutating: ReadonlySet<RequiredAccess['verb']> = new Set(['create', 'patch', 'delete']);

/** Characters of a request id that are logged; valid ones are no longer. */
const maxRequestIdLength = 64;

/**
 * Logs each mutating call with its caller, resource and result. Calls that the guard refuses reach no interceptor: it
 * reports them itself.
 */
@Injectable()
export class AccessLog implements NestInterceptor {
  private readonly logger = new Logger('Access');

  constructor(private readonly metadata: Metadata) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const required = this.metadata.get<RequiredAccess | undefined>(accessKey, context.getHandler());
    if (required === undefined || !mutating.has(required.verb)) return next.handle();
    const { caller } = callContextOf(context);
    const log = (result: string, response?: unknown) => this.log(context, required, caller, result, response);
    return next.handle().pipe(
      tap({
        next: (response) => log('OK', response),
        error: (error: unknown) => log(errorReason(toApiError(error).code)),
      }),
    );
  }

  /** Logs a call that the guard refused. */
  refused(context: ExecutionContext, required: RequiredAccess, caller: Caller | undefined, error: unknown): void {
    if (!mutating.has(required.verb) || isFlood(caller, error)) return;
    this.log(context, required, caller, errorReason(toApiError(error).code));
  }

  /** Logs a mutating gRPC call that was refused before its message was read. */
  refusedUnread(verb: RequiredAccess['verb'], remote: Remote, caller: Caller | undefined, error: unknown): void {
    if (isFlood(caller, error)) return;
    this.write({ verb, remote, caller, result: errorReason(toApiError(error).code) });
  }

  private log(
    context: ExecutionContext,
    required: RequiredAccess,
    caller: Caller | undefined,
    result: string,
    response?: unknown,
  ): void {
    const { namespace, name: requested } = scopeOf(context, required);
    const { name = requested, uid } = identityOf(response);
    const requestId = requestIdOf(context);
    this.write({ verb: required.verb, remote: remoteOf(context), caller, result, namespace, name, uid, requestId });
  }

  private write(attempt: Attempt): void {
    this.logger.log(accessLogLine(attempt));
  }
}

/** An attempt to change something. */
interface Attempt {
  readonly verb: RequiredAccess['verb'];
  readonly remote: Remote;
  readonly caller: Caller | undefined;
  /** `OK`, or the reason of the error. */
  readonly result: string;
  /** These are unknown if the call was refused before its message was read. */
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly requestId?: string;
}

/** The line of an attempt; docs/logging.md lists its fields. */
export function accessLogLine({ verb, remote, caller, result, namespace, name, uid, requestId }: Attempt) {
  return {
    msg: `${verb} ${result}`,
    ...(name !== undefined && logFields({ namespace, name, uid })),
    user: caller?.username,
    verb,
    namespace,
    name,
    requestId,
    transport: remote.transport,
    remote: remote.address,
    result,
  };
}

/** Unauthenticated calls over the limit of their address are not logged: they would flood the log. */
function isFlood(caller: Caller | undefined, error: unknown): boolean {
  return caller === undefined && toApiError(error).code === 'ResourceExhausted';
}

function scopeOf(context: ExecutionContext, required: RequiredAccess): { namespace?: string; name?: string } {
  try {
    return resourceAttributesOf(context, required);
  } catch {
    return {};
  }
}

function requestIdOf(context: ExecutionContext): string | undefined {
  const source =
    context.getType() === 'http'
      ? context.switchToHttp().getRequest<Request>().query
      : context.switchToRpc().getData<unknown>();
  const id = stringOf(recordOf(source)['requestId']);
  return id === undefined || id === '' ? undefined : id.slice(0, maxRequestIdLength);
}

/** Name and UID of the execution in a response of either transport, if there is one. */
function identityOf(response: unknown): { readonly name?: string; readonly uid?: string } {
  const { metadata, workflowExecution } = recordOf(response);
  const { name, uid } = recordOf(metadata ?? workflowExecution);
  // gRPC has a resource name.
  return { name: stringOf(name)?.split('/').at(-1), uid: stringOf(uid) };
}
