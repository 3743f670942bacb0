import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import { AttemptLog } from '../call/attempt-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { toCreateCommand } from './create-command.ts';
import { ExecutionService } from './execution.service.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { CreateWorkflowExecutionDto } from './create-workflow-execution.dto.ts';
import { JsonBody } from '../rest/json-body.ts';
import { LocationInterceptor } from './location.interceptor.ts';
import {
  DescribesCancel,
  DescribesCreate,
  DescribesDelete,
  DescribesExecutions,
  DescribesGet,
  DescribesList,
} from '../rest/openapi.decorators.ts';
import { ExecutionParameters, NamespaceParameters, NamespacesParameters } from '../resource/parameters.dto.ts';
import { CancelQuery, CreateQuery, DeleteQuery, ListQuery, NoBody, NoQuery } from './queries.dto.ts';
import {
  toCancelCommand,
  toCreateOptions,
  toDeleteCommand,
  toListCommand,
  toResource,
  toResourceList,
} from '../resource/rest.mapping.ts';
import type { ShownExecution, WorkflowExecutionList } from '../resource/rest.mapping.ts';

/** The execution API over REST, with the habits of Kubernetes. */
@Controller('api/v1/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@UseInterceptors(AttemptLog, JsonBody)
@DescribesExecutions()
export class ExecutionController {
  constructor(private readonly executions: ExecutionService) {}

  @Post()
  @Access('create')
  @UseInterceptors(LocationInterceptor)
  @DescribesCreate()
  async create(
    @Param() { namespace }: NamespaceParameters,
    @Query() query: CreateQuery,
    @Body() body: CreateWorkflowExecutionDto,
    @IncomingCall() call: Call,
  ): Promise<ShownExecution> {
    const command = toCreateCommand(namespace, body, toCreateOptions(query));
    return toResource(await this.executions.create(command, call));
  }

  @Get(':name')
  @Access('get')
  @DescribesGet()
  async get(
    @Param() { namespace, name }: ExecutionParameters,
    @Query() _query: NoQuery,
    @IncomingCall() call: Call,
  ): Promise<ShownExecution> {
    return toResource(await this.executions.get({ namespace, name }, call));
  }

  @Get()
  @Access('list')
  @DescribesList()
  async list(
    @Param() { namespace }: NamespacesParameters,
    @Query() query: ListQuery,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecutionList> {
    return toResourceList(await this.executions.list(toListCommand(namespace, query), call));
  }

  @Post(':name/cancel')
  @HttpCode(200)
  @Access('patch')
  @DescribesCancel()
  async cancel(
    @Param() { namespace, name }: ExecutionParameters,
    @Query() query: CancelQuery,
    @Body() _body: NoBody,
    @IncomingCall() call: Call,
  ): Promise<ShownExecution> {
    return toResource(await this.executions.cancel(toCancelCommand({ namespace, name }, query), call));
  }

  @Delete(':name')
  @Access('delete')
  @DescribesDelete()
  async delete(
    @Param() { namespace, name }: ExecutionParameters,
    @Query() query: DeleteQuery,
    @IncomingCall() call: Call,
  ): Promise<ShownExecution> {
    return toResource(await this.executions.delete(toDeleteCommand({ namespace, name }, query), call));
  }
}
