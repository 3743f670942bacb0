import { Controller, UseFilters, UseGuards } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { Access } from '../access/access.decorator.ts';
import { AccessGuard } from '../access/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { ExecutionService } from '../execution.service.ts';
import type { CreateCommand, ListCommand } from '../execution.types.ts';
import type {
  CreateWorkflowExecutionResponse,
  GetWorkflowExecutionResponse,
  ListWorkflowExecutionsResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { ExecutionKey } from '../names.ts';
import { GrpcStatusFilter } from './grpc-status.filter.ts';
import { grpcService } from './package-definition.ts';
import { CreateRequestPipe, GetRequestPipe, ListRequestPipe } from './request.pipes.ts';
import { toListResponse, toMessage } from './to-message.ts';

/** The execution API over gRPC: kubernaut.workflowexecution.v1.WorkflowExecutionService. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
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
    @Payload(GetRequestPipe) key: ExecutionKey,
    @IncomingCall() call: Call,
  ): Promise<GetWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.get(key, call)) };
  }

  @GrpcMethod(grpcService)
  @Access('list')
  listWorkflowExecutions(@Payload(ListRequestPipe) command: ListCommand): ListWorkflowExecutionsResponse {
    return toListResponse(this.executions.list(command));
  }
}
