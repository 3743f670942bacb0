import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { Response } from 'express';
import { Access, AccessGuard } from '../call/access.guard.ts';
import { AccessLog } from '../call/access-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import { ExecutionParameters, NamespaceParameters, NamespacesParameters } from '../resource/parameters.dto.ts';
import { toResource } from '../resource/workflow-execution-resource.ts';
import type { WorkflowExecutionResource } from '../resource/workflow-execution-resource.ts';
import { JsonBodyInterceptor } from '../rest/json-body.interceptor.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { resourceJson } from './cached-execution.ts';
import { headersOf, toCreatedResource, type CreatedResource } from './create-responses.ts';
import { CreateQuery, CreateWorkflowExecutionDto, toCreateCommand } from './create-workflow-execution.dto.ts';
import { ApiCancel, ApiCreate, ApiDelete, ApiGet, ApiList } from './execution.openapi.ts';
import { ExecutionService } from './execution.service.ts';
import { toListJson } from './list-responses.ts';
import { ListService } from './list.service.ts';
import { CancelQuery, DeleteQuery, ListQuery, NoBody, NoQuery, toListCommand } from './requests.ts';

/** The type of a response that is already JSON. */
const JsonText = () => Header('Content-Type', 'application/json; charset=utf-8');

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
  @ApiCreate()
  async create(
    @Param() { namespace }: NamespaceParameters,
    @Query() query: CreateQuery,
    @Body() body: CreateWorkflowExecutionDto,
    @IncomingCall() call: Call,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedResource> {
    const created = await this.executions.create(toCreateCommand(namespace, body, query), call);
    response.set(headersOf(created));
    return toCreatedResource(created);
  }

  @Get(':name')
  @JsonText()
  @Access('get')
  @ApiGet()
  async get(@Param() key: ExecutionParameters, @Query() _query: NoQuery, @IncomingCall() call: Call): Promise<string> {
    return resourceJson(await this.executions.get(key, call));
  }

  @Get()
  @JsonText()
  @Access('list')
  @ApiList()
  async list(
    @Param() { namespace }: NamespacesParameters,
    @Query() query: ListQuery,
    @IncomingCall() call: Call,
  ): Promise<string> {
    return toListJson(await this.lists.list(toListCommand(namespace, query), call, resourceJson));
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
