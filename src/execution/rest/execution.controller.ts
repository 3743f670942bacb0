import { Body, Controller, Get, Param, Post, Query, UseInterceptors, UsePipes } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { CallSignal } from '../call-signal.ts';
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
@DescribesExecutions()
export class ExecutionController {
  constructor(private readonly executions: ExecutionService) {}

  @Post()
  @UseInterceptors(LocationInterceptor)
  @DescribesCreate()
  async create(
    @Param() { namespace }: NamespaceParameters,
    @Query() _query: NoQuery,
    @Body() body: CreateWorkflowExecutionDto,
    @CallSignal() signal: AbortSignal,
  ): Promise<WorkflowExecution> {
    return toResource(await this.executions.create(toCreateCommand(namespace, body), signal));
  }

  @Get(':name')
  @DescribesGet()
  async get(
    @Param() { namespace, name }: ExecutionParameters,
    @Query() _query: NoQuery,
    @CallSignal() signal: AbortSignal,
  ): Promise<WorkflowExecution> {
    return toResource(await this.executions.get({ namespace, name }, signal));
  }

  @Get()
  @DescribesList()
  list(@Param() { namespace }: NamespacesParameters, @Query() query: ListQuery): WorkflowExecutionList {
    return toResourceList(this.executions.list(toListCommand(namespace, query)));
  }
}
