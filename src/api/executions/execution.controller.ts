import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  Param,
  Post,
  Query,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { Access, AccessGuard } from '../call/access.guard.ts';
import { AccessLog } from '../call/access-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import { ExecutionParameters, NamespaceParameters, NamespacesParameters } from '../resource/parameters.dto.ts';
import { locationOf, toResource } from '../resource/workflow-execution-resource.ts';
import type { WorkflowExecutionResource } from '../resource/workflow-execution-resource.ts';
import { JsonBodyInterceptor } from '../rest/json-body.interceptor.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { CreateWorkflowExecutionDto, toCreateCommand } from './create-workflow-execution.dto.ts';
import { ApiCancel, ApiCreate, ApiDelete, ApiGet, ApiList } from './execution.openapi.ts';
import { ExecutionService } from './execution.service.ts';
import { toResourceList, type WorkflowExecutionList } from './list-responses.ts';
import { ListService } from './list.service.ts';
import { CancelQuery, CreateQuery, DeleteQuery, ListQuery, NoBody, NoQuery, toListCommand } from './requests.ts';

/** Sets the Location header of a created execution; a dry run has none. */
@Injectable()
class LocationInterceptor implements NestInterceptor<WorkflowExecutionResource, WorkflowExecutionResource> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<WorkflowExecutionResource>,
  ): Observable<WorkflowExecutionResource> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap((execution) => {
        if (execution.metadata.resourceVersion !== undefined) response.location(locationOf(execution));
      }),
    );
  }
}

/** Operations on executions over REST, by the conventions of Kubernetes. */
@Controller('api/v1/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@UseInterceptors(AccessLog, JsonBodyInterceptor)
@ApiExecutions()
export class ExecutionController {
  constructor(
    private readonly executions: ExecutionService,
    private readonly lists: ListService,
  ) {}

  @Post()
  @Access('create')
  @UseInterceptors(LocationInterceptor)
  @ApiCreate()
  async create(
    @Param() { namespace }: NamespaceParameters,
    @Query() query: CreateQuery,
    @Body() body: CreateWorkflowExecutionDto,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionResource> {
    return toResource(await this.executions.create(toCreateCommand(namespace, body, query), call));
  }

  @Get(':name')
  @Access('get')
  @ApiGet()
  async get(
    @Param() key: ExecutionParameters,
    @Query() _query: NoQuery,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionResource> {
    return toResource(await this.executions.get(key, call));
  }

  @Get()
  @Access('list')
  @ApiList()
  async list(
    @Param() { namespace }: NamespacesParameters,
    @Query() query: ListQuery,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionList> {
    return toResourceList(await this.lists.list(toListCommand(namespace, query), call));
  }

  @Post(':name/cancel')
  @HttpCode(200)
  @Access('patch')
  @ApiCancel()
  async cancel(
    @Param() key: ExecutionParameters,
    @Query() { mode }: CancelQuery,
    @Body() _body: NoBody,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionResource> {
    return toResource(await this.executions.cancel({ key, mode }, call));
  }

  @Delete(':name')
  @Access('delete')
  @ApiDelete()
  async delete(
    @Param() key: ExecutionParameters,
    @Query() query: DeleteQuery,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionResource> {
    return toResource(await this.executions.delete({ key, ...query }, call));
  }
}
