import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, RpcExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { noteRefusal } from '../call/call-span.ts';
import { executionOf } from '../errors/failed-call.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { toGrpcStatus } from './status-details.ts';

/** Answers every error of the gRPC side with its status and details, and logs those that are our fault. */
@Catch()
export class GrpcStatusFilter implements RpcExceptionFilter {
  private readonly logger = new Logger('ExecutionApi');

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> {
    const error = toApiError(thrown);
    noteRefusal(error);
    if (error.code === 'Internal') {
      const call = host.getArgByIndex<{ getPath(): string }>(2);
      const about = executionOf(host.getArgByIndex<unknown>(0));
      this.logger.error({ ...about, err: error.cause, method: call.getPath(), msg: error.message });
    }
    return throwError(() => toGrpcStatus(error));
  }
}
