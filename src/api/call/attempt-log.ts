import { Injectable, Logger } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Caller } from '../../auth/caller.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { errorReason, type ErrorCode } from '../errors/error-table.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { accessKey } from './access.decorator.ts';
import type { DeclaredAccess } from './access.decorator.ts';
import { grantOf } from './grant.ts';
import { remoteOf } from './remote.ts';
import type { Remote } from './remote.ts';
import { requestedAccess } from './requested-access.ts';
import { requestIdOf, resultSubject } from './subject-of-attempt.ts';

const changing: ReadonlySet<DeclaredAccess['verb']> = new Set(['create', 'patch', 'delete']);

/**
 * Leaves a log line of each attempt to change something: who, what, and what came of it. Those that the guard refuses
 * never reach an interceptor, so it tells of them itself.
 */
@Injectable()
export class AttemptLog implements NestInterceptor {
  private readonly logger = new Logger('Access');

  constructor(private readonly metadata: Metadata) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const declared = this.metadata.get<DeclaredAccess | undefined>(accessKey, context.getHandler());
    if (declared === undefined || !changing.has(declared.verb)) return next.handle();
    const { caller } = grantOf(context);
    const tell = (result: string, answer?: unknown) => this.tell(context, declared, caller, result, answer);
    return next.handle().pipe(
      tap({
        next: (answer) => tell('OK', answer),
        error: (error: unknown) => tell(errorReason(toApiError(error).code)),
      }),
    );
  }

  /** Logs a call that the guard did not let through. */
  refused(context: ExecutionContext, declared: DeclaredAccess, caller: Caller | undefined, error: unknown): void {
    const { code } = toApiError(error);
    if (!changing.has(declared.verb) || (caller === undefined && isFlood(code))) return;
    this.tell(context, declared, caller, errorReason(code));
  }

  /** Logs a gRPC call that was refused before its message was read: what it is for is not known. */
  refusedUnread(verb: DeclaredAccess['verb'], { transport, address }: Remote, error: unknown): void {
    const { code } = toApiError(error);
    if (isFlood(code)) return;
    const result = errorReason(code);
    this.logger.log({ msg: `${verb} ${result}`, verb, transport, remote: address, result });
  }

  private tell(
    context: ExecutionContext,
    declared: DeclaredAccess,
    caller: Caller | undefined,
    result: string,
    answer?: unknown,
  ): void {
    const { namespace, name: asked } = reachOf(context, declared);
    const { transport, address } = remoteOf(context);
    const { name = asked, uid } = resultSubject(answer);
    this.logger.log({
      msg: `${declared.verb} ${result}`,
      ...(name !== undefined && logFields({ namespace, name, uid })),
      user: caller?.username,
      verb: declared.verb,
      namespace,
      name,
      requestId: requestIdOf(context),
      transport,
      remote: address,
      result,
    });
  }
}

/** Whether an address makes more refused calls than are counted: it does not fill the log with them. */
function isFlood(code: ErrorCode): boolean {
  return code === 'ResourceExhausted';
}

/** Where a call reaches; nowhere that could be told when it does not say so itself. */
function reachOf(context: ExecutionContext, declared: DeclaredAccess): { namespace?: string; name?: string } {
  try {
    return requestedAccess(context, declared);
  } catch {
    return {};
  }
}
