import { Controller, UseFilters, UseGuards } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { EncodedMessage } from '../grpc/encoded-message.ts';
import { GrpcStatusFilter } from '../grpc/grpc-status.filter.ts';
import { messageStream } from '../grpc/message-stream.ts';
import type { WritableCall } from '../grpc/message-stream.ts';
import { OutgoingStream } from '../grpc/outgoing-stream.ts';
import { grpcService } from '../grpc/package-definition.ts';
import { EncodedOnce } from './encoded-once.ts';
import { toWatchBytes } from './watch-message.ts';
import { WatchRequestPipe } from './watch-request.ts';
import { WatchService } from './watch.service.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** Watches over gRPC. */
@Controller()
@UseFilters(GrpcStatusFilter)
@UseGuards(AccessGuard)
export class WatchGrpcController {
  private readonly encoded = new EncodedOnce(toWatchBytes);

  constructor(private readonly watches: WatchService) {}

  @GrpcMethod(grpcService)
  @Access('watch')
  watchWorkflowExecutions(
    @Payload(WatchRequestPipe) command: WatchCommand,
    @IncomingCall() call: Call,
    @OutgoingStream() stream: WritableCall,
  ): Observable<EncodedMessage> {
    return messageStream(stream, this.messagesOf(this.watches.watch(command, call)));
  }

  private async *messagesOf(events: AsyncIterable<WatchEvent>): AsyncGenerator<EncodedMessage, void, undefined> {
    for await (const event of events) {
      yield new EncodedMessage('object' in event ? this.encoded.of(event) : toWatchBytes(event));
    }
  }
}
