import { Controller, UseFilters } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { CallSignal } from '../call-signal.ts';
import { ExecutionService } from '../execution.service.ts';
import type { CreateCommand, ListCommand } from '../execution.types.ts';
import type {
  CreateWorkflowExecutionResponse,
  GetWorkflowExecutionResponse,
  ListWorkflowExecutionsResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { ExecutionKey } from '../names.ts';
import { GrpcStatusFilter } from './grpc-status.filter.ts';
import { CreateRequestPipe, GetRequestPipe, ListRequestPipe } from './request.pipes.ts';
import { toListResponse, toMessage } from './to-message.ts';

const service = 'WorkflowExecutionService';

/** The execution API over gRPC: kubernaut.workflowexecution.v1.WorkflowExecutionService. */
@Controller()
@UseFilters(GrpcStatusFilter)
export class ExecutionGrpcController {
  constructor(private readonly executions: ExecutionService) {}

  @GrpcMethod(service)
  async createWorkflowExecution(
    @Payload(CreateRequestPipe) command: CreateCommand,
    @CallSignal() signal: AbortSignal,
  ): Promise<CreateWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.create(command, signal)) };
  }

  @GrpcMethod(service)
  async getWorkflowExecution(
    @Payload(GetRequestPipe) key: ExecutionKey,
    @CallSignal() signal: AbortSignal,
  ): Promise<GetWorkflowExecutionResponse> {
    return { workflowExecution: toMessage(await this.executions.get(key, signal)) };
  }

  @GrpcMethod(service)
  listWorkflowExecutions(@Payload(ListRequestPipe) command: ListCommand): ListWorkflowExecutionsResponse {
    return toListResponse(this.executions.list(command));
  }
}
