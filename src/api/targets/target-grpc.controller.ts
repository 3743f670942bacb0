import { Controller, UseFilters, UseGuards } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import { AccessGuard, AccessPerExecution } from '../call/access.guard.ts';
import { IncomingCall, type Call } from '../call/call.ts';
import type {
  GetTargetRequest,
  GetTargetResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { grpcService } from '../grpc/service-definition.ts';
import { validated } from '../validation/validation.pipe.ts';
import { TargetName } from './target.dto.ts';
import { toTargetResponse } from './target-responses.ts';
import { TargetService } from './target.service.ts';

/** Targets over gRPC. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
export class TargetGrpcController {
  constructor(private readonly targets: TargetService) {}

  @GrpcMethod(grpcService)
  @AccessPerExecution('list')
  async getTarget(@Payload() request: GetTargetRequest, @IncomingCall() call: Call): Promise<GetTargetResponse> {
    return toTargetResponse(await this.targets.get(await parseTargetName(request), 'name', call));
  }
}

/** @throws ApiError InvalidArgument */
async function parseTargetName({ name }: GetTargetRequest): Promise<string> {
  const [, target = ''] = /^targets\/(.*)$/s.exec(name) ?? [];
  return (await validated(TargetName, { name: target })).name;
}
