import { Controller, Inject, UseFilters, UseGuards } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { StreamWorkflowExecutionLogsResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { messageStream } from '../grpc/message-stream.ts';
import type { WritableCall } from '../grpc/message-stream.ts';
import { OutgoingStream } from '../grpc/outgoing-stream.ts';
import { grpcService } from '../grpc/package-definition.ts';
import { WATCH_CLOCK } from '../cache/resource-version-barrier.ts';
import type { LogLine, LogsCommand } from './log-line.ts';
import { LogsRequestPipe } from './logs-request.ts';
import { LogsService } from './logs.service.ts';
import { idle } from './step-log.ts';

/** Logs over gRPC. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
export class LogsGrpcController {
  constructor(
    private readonly service: LogsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @GrpcMethod(grpcService)
  @Access('get', 'log')
  streamWorkflowExecutionLogs(
    @Payload(LogsRequestPipe) command: LogsCommand,
    @IncomingCall() call: Call,
    @OutgoingStream() stream: WritableCall,
  ): Observable<StreamWorkflowExecutionLogsResponse> {
    const messages = messagesOf(this.service.logs(command, call));
    return messageStream(stream, messages, { clock: this.clock, message: emptyMessage });
  }
}

/** What is sent when there has been no line for a while. */
const emptyMessage = StreamWorkflowExecutionLogsResponse.fromPartial({});

async function* messagesOf(
  lines: AsyncIterable<LogLine | typeof idle>,
): AsyncGenerator<StreamWorkflowExecutionLogsResponse, void, undefined> {
  for await (const line of lines) if (line !== idle) yield { ...line, time: parseTimestamp(line.time) };
}
