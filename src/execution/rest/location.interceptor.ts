import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { locationOf } from './rest.mapping.ts';

/** Tells in the Location header where the execution that a handler answers with is found. */
@Injectable()
export class LocationInterceptor implements NestInterceptor<WorkflowExecution, WorkflowExecution> {
  intercept(context: ExecutionContext, next: CallHandler<WorkflowExecution>): Observable<WorkflowExecution> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(tap((execution) => response.location(locationOf(execution))));
  }
}
