import { Controller, Get, Headers, Param, Query, Req, Res, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access, AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import { NamespacesParameters } from '../resource/parameters.dto.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { sendStream } from '../rest/send-stream.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { WatchQuery } from './watch.dto.ts';
import { ApiWatch } from './watch.openapi.ts';
import { WatchService } from './watch.service.ts';
import { serverSentEvents } from './watch-sse.ts';

/** Watches over REST, as Server-Sent Events. The path is that of watches in Kubernetes and clashes with no execution name. */
@Controller('api/v1/watch/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@ApiExecutions()
export class WatchController {
  constructor(private readonly watches: WatchService) {}

  @Get()
  @Access('watch')
  @ApiWatch()
  async watch(
    @Param() { namespace }: NamespacesParameters,
    @Query() query: WatchQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @IncomingCall() call: Call,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    // An EventSource that reconnects repeats its query and sends its position in the header.
    const resourceVersion = lastEventId ?? query.resourceVersion;
    const events = this.watches.watch({ ...query, namespace, resourceVersion }, call);
    await sendStream(events, serverSentEvents, request, response, call.signal);
  }
}
