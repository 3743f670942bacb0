import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { locationOf } from '../resource/rest.mapping.ts';
import type { ShownExecution } from '../resource/rest.mapping.ts';

/** Says in the Location header where the new execution is; one that was only validated is nowhere. */
@Injectable()
export class LocationInterceptor implements NestInterceptor<ShownExecution, ShownExecution> {
  intercept(context: ExecutionContext, next: CallHandler<ShownExecution>): Observable<ShownExecution> {
    const response = context.switchToHttp().getResponse<Response>();
    const locate = (execution: ShownExecution) => {
      if (execution.metadata.resourceVersion !== undefined) response.location(locationOf(execution));
    };
    return next.handle().pipe(tap(locate));
  }
}
