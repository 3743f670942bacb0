import { Catch } from '@nestjs/common';
import type { ArgumentsHost, RpcExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { failCall } from '../call/failed-call.ts';
import { toGrpcStatus } from './status-details.ts';

/** Answers every error of a handler with its gRPC status and details. */
@Catch()
export class GrpcStatusFilter implements RpcExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): Observable<never> {
    const [parameters, , call] = host.getArgs<[unknown, unknown, { getPath(): string }]>();
    const error = failCall(thrown, { parameters, method: call.getPath() });
    return throwError(() => toGrpcStatus(error));
  }
}
