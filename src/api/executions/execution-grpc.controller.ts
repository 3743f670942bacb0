import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { Access, AccessGuard } from '../call/access.guard.ts';
import { AccessLog } from '../call/access-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import type {
  CancelWorkflowExecutionResponse,
  CreateWorkflowExecutionResponse,
  DeleteWorkflowExecutionResponse,
  GetWorkflowExecutionResponse,
  ListWorkflowExecutionsResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { grpcService, ParsedRequest } from '../grpc/service-definition.ts';
import type { ExecutionKey } from '../resource/names.ts';
import { toMessage } from '../resource/to-message.ts';
import type { CancelCommand, CreateCommand, DeleteCommand, ListCommand } from './commands.ts';
import { ExecutionService } from './execution.service.ts';
import {
  parseCancelRequest,
  parseCreateRequest,
  parseDeleteRequest,
  parseGetRequest,
  parseListRequest,
} from './grpc-requests.ts';
import { ListService } from './list.service.ts';
import { toListResponse } from './list-responses.ts';

/** Unary methods of kubernaut.workflowexecution.v1.WorkflowExecutionService. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
@UseInterceptors(AccessLog)
export class ExecutionGrpcController {
  constructor(
    private readonly executions: ExecutionService,
    private readonly lists: ListService,
  ) {}

  @GrpcMethod(grpcService)
  @Access('create')
  async createWorkflowExecution(
    @ParsedRequest(parseCreateRequest) command: CreateCommand,
    @IncomingCall() call: Call,
  ): Promise<CreateWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.create(command, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('get')
  async getWorkflowExecution(
    @ParsedRequest(parseGetRequest) key: ExecutionKey,
    @IncomingCall() call: Call,
  ): Promise<GetWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.get(key, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('list')
  async listWorkflowExecutions(
    @ParsedRequest(parseListRequest) command: ListCommand,
    @IncomingCall() call: Call,
  ): Promise<ListWorkflowExecutionsResponse> {
    return toListResponse(await this.lists.list(command, call));
  }

  @GrpcMethod(grpcService)
  @Access('patch')
  async cancelWorkflowExecution(
    @ParsedRequest(parseCancelRequest) command: CancelCommand,
    @IncomingCall() call: Call,
  ): Promise<CancelWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.cancel(command, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('delete')
  async deleteWorkflowExecution(
    @ParsedRequest(parseDeleteRequest) command: DeleteCommand,
    @IncomingCall() call: Call,
  ): Promise<DeleteWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.delete(command, call)) };
  }
}
