import { Controller, UseFilters, UseGuards } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { formatTimestamp, parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { Access, AccessGuard } from '../call/access.guard.ts';
import { IncomingCall, type Call } from '../call/call.ts';
import { invalidField } from '../errors/api-error.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { StreamWorkflowExecutionLogsResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { StreamWorkflowExecutionLogsRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { messageStream, OutgoingStream } from '../grpc/message-stream.ts';
import type { WritableCall } from '../grpc/message-stream.ts';
import { grpcService } from '../grpc/service-definition.ts';
import { parseName } from '../resource/names.ts';
import type { LogItem, LogsCommand } from './log-line.ts';
import { LogsService } from './logs.service.ts';

type LogsResponse = StreamWorkflowExecutionLogsResponse;

/** Logs over gRPC. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
export class LogsGrpcController {
  constructor(private readonly service: LogsService) {}

  @GrpcMethod(grpcService)
  @Access('get', 'log')
  streamWorkflowExecutionLogs(
    @Payload() request: StreamWorkflowExecutionLogsRequest,
    @IncomingCall() call: Call,
    @OutgoingStream() stream: WritableCall,
  ): Observable<never> {
    return messageStream(stream, this.service.logs(toLogsCommand(request), call), toMessage);
  }
}

/** @throws ApiError InvalidArgument */
function toLogsCommand(request: StreamWorkflowExecutionLogsRequest): LogsCommand {
  const { name, follow, since } = request;
  return { key: parseName(name), follow, since: since && fromTimestamp(since) };
}

function fromTimestamp(since: Timestamp): string {
  const time = formatTimestamp(since);
  if (time === undefined) throw invalidField(['since'], 'must be a time in the years 1 to 9999');
  return time;
}

/** A keep-alive is an empty message. */
function toMessage(item: LogItem): LogsResponse | undefined {
  if (item === 'opened') return undefined;
  if (item === 'keepAlive') return StreamWorkflowExecutionLogsResponse.fromPartial({});
  return { ...item, time: parseTimestamp(item.time) };
}
