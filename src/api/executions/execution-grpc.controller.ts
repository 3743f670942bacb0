import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import { AttemptLog } from '../call/attempt-log.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { ExecutionService } from './execution.service.ts';
import type { CancelCommand, CreateCommand, DeleteCommand, ListCommand } from './execution.types.ts';
import type {
  CancelWorkflowExecutionResponse,
  CreateWorkflowExecutionResponse,
  DeleteWorkflowExecutionResponse,
  GetWorkflowExecutionResponse,
  ListWorkflowExecutionsResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { ExecutionKey } from '../resource/names.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { grpcService } from '../grpc/package-definition.ts';
import { CancelRequestPipe, CreateRequestPipe, DeleteRequestPipe, ListRequestPipe, NamePipe } from './request.pipes.ts';
import { toListResponse, toMessage } from '../resource/to-message.ts';

/** The execution API over gRPC: kubernaut.workflowexecution.v1.WorkflowExecutionService. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
@UseInterceptors(AttemptLog)
export class ExecutionGrpcController {
  constructor(private readonly executions: ExecutionService) {}

  @GrpcMethod(grpcService)
  @Access('create')
  async createWorkflowExecution(
    @Payload(CreateRequestPipe) command: CreateCommand,
    @IncomingCall() call: Call,
  ): Promise<CreateWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.create(command, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('get')
  async getWorkflowExecution(
    @Payload(NamePipe) key: ExecutionKey,
    @IncomingCall() call: Call,
  ): Promise<GetWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.get(key, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('list')
  async listWorkflowExecutions(
    @Payload(ListRequestPipe) command: ListCommand,
    @IncomingCall() call: Call,
  ): Promise<ListWorkflowExecutionsResponse> {
    return toListResponse(await this.executions.list(command, call));
  }

  @GrpcMethod(grpcService)
  @Access('patch')
  async cancelWorkflowExecution(
    @Payload(CancelRequestPipe) command: CancelCommand,
    @IncomingCall() call: Call,
  ): Promise<CancelWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.cancel(command, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('delete')
  async deleteWorkflowExecution(
    @Payload(DeleteRequestPipe) command: DeleteCommand,
    @IncomingCall() call: Call,
  ): Promise<DeleteWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.delete(command, call)) };
  }
}
