import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { locationOf } from './rest.mapping.ts';
import type { ShownExecution } from './rest.mapping.ts';

/** Tells in the Location header where the execution that a handler answers with is found. */
@Injectable()
export class LocationInterceptor implements NestInterceptor<ShownExecution, ShownExecution> {
  intercept(context: ExecutionContext, next: CallHandler<ShownExecution>): Observable<ShownExecution> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(tap((execution) => response.location(locationOf(execution))));
  }
}
