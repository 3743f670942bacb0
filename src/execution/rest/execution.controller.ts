import { Body, Controller, Get, Param, Post, Query, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { Access } from '../access/access.decorator.ts';
import { AccessGuard } from '../access/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { toCreateCommand } from '../create-command.ts';
import { ExecutionService } from '../execution.service.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { CreateWorkflowExecutionDto } from '../create-workflow-execution.dto.ts';
import { LocationInterceptor } from './location.interceptor.ts';
import { DescribesCreate, DescribesExecutions, DescribesGet, DescribesList } from './openapi.decorators.ts';
import {
  ExecutionParameters,
  ListQuery,
  NamespaceParameters,
  NamespacesParameters,
  NoQuery,
} from './parameters.dto.ts';
import { toListCommand, toResource, toResourceList } from './rest.mapping.ts';
import type { WorkflowExecutionList } from './rest.mapping.ts';

/** The execution API over REST, with the habits of Kubernetes. */
@Controller('api/v1/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@DescribesExecutions()
export class ExecutionController {
  constructor(private readonly executions: ExecutionService) {}

  @Post()
  @Access('create')
  @UseInterceptors(LocationInterceptor)
  @DescribesCreate()
  async create(
    @Param() { namespace }: NamespaceParameters,
    @Query() _query: NoQuery,
    @Body() body: CreateWorkflowExecutionDto,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecution> {
    return toResource(await this.executions.create(toCreateCommand(namespace, body), call));
  }

  @Get(':name')
  @Access('get')
  @DescribesGet()
  async get(
    @Param() { namespace, name }: ExecutionParameters,
    @Query() _query: NoQuery,
    @IncomingCall() call: Call,
  ): Promise<WorkflowExecution> {
    return toResource(await this.executions.get({ namespace, name }, call));
  }

  @Get()
  @Access('list')
  @DescribesList()
  list(@Param() { namespace }: NamespacesParameters, @Query() query: ListQuery): WorkflowExecutionList {
    return toResourceList(this.executions.list(toListCommand(namespace, query)));
  }
}
