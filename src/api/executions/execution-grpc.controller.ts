import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { Access, AccessGuard } from '../call/access.guard.ts';
import { AccessLog } from '../call/access-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import type {
  CancelWorkflowExecutionRequest,
  CancelWorkflowExecutionResponse,
  CreateWorkflowExecutionRequest,
  CreateWorkflowExecutionResponse,
  DeleteWorkflowExecutionRequest,
  DeleteWorkflowExecutionResponse,
  GetWorkflowExecutionRequest,
  GetWorkflowExecutionResponse,
  ListWorkflowExecutionsRequest,
  ListWorkflowExecutionsResponse,
  WorkflowExecution as WorkflowExecutionMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { grpcService } from '../grpc/service-definition.ts';
import { parseName } from '../resource/names.ts';
import { toMessage } from '../resource/to-message.ts';
import { executionOf, type CachedExecution } from './cached-execution.ts';
import { toCreateResponse } from './create-responses.ts';
import { ExecutionService } from './execution.service.ts';
import { parseCancelRequest, parseCreateRequest, parseDeleteRequest, parseListRequest } from './grpc-requests.ts';
import { toListResponse } from './list-responses.ts';
import { ListService } from './list.service.ts';

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
    @Payload() request: CreateWorkflowExecutionRequest,
    @IncomingCall() call: Call,
  ): Promise<CreateWorkflowExecutionResponse> {
    return toCreateResponse(await this.executions.create(await parseCreateRequest(request), call));
  }

  @GrpcMethod(grpcService)
  @Access('get')
  async getWorkflowExecution(
    @Payload() request: GetWorkflowExecutionRequest,
    @IncomingCall() call: Call,
  ): Promise<GetWorkflowExecutionResponse> {
    return { workflowExecution: cachedMessage(await this.executions.get(parseName(request.name), call)) };
  }

  @GrpcMethod(grpcService)
  @Access('list')
  async listWorkflowExecutions(
    @Payload() request: ListWorkflowExecutionsRequest,
    @IncomingCall() call: Call,
  ): Promise<ListWorkflowExecutionsResponse> {
    return toListResponse(await this.lists.list(await parseListRequest(request), call, cachedMessage));
  }

  @GrpcMethod(grpcService)
  @Access('patch')
  async cancelWorkflowExecution(
    @Payload() request: CancelWorkflowExecutionRequest,
    @IncomingCall() call: Call,
  ): Promise<CancelWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.cancel(parseCancelRequest(request), call)) };
  }

  @GrpcMethod(grpcService)
  @Access('delete')
  async deleteWorkflowExecution(
    @Payload() request: DeleteWorkflowExecutionRequest,
    @IncomingCall() call: Call,
  ): Promise<DeleteWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.delete(await parseDeleteRequest(request), call)) };
  }
}

function cachedMessage(cached: CachedExecution): WorkflowExecutionMessage {
  return toMessage(executionOf(cached));
}
