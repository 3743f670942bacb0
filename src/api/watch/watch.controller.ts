import { Controller, Get, Headers, Param, Query, Req, Res, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { allNamespaces } from '../resource/names.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { NamespacesParameters } from '../resource/parameters.dto.ts';
import { beginningOf } from '../call/beginning-of.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { EncodedOnce } from './encoded-once.ts';
import { sendWatch } from './send-watch.ts';
import { WatchQuery } from './watch.dto.ts';
import { DescribesWatch } from './watch.openapi.ts';
import { WatchService } from './watch.service.ts';
import { toWatchText } from './watch-sse.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** Watches over REST, as Server-Sent Events; the address is that of watches in Kubernetes, of which no execution has the name. */
@Controller('api/v1/watch/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@ApiExecutions()
export class WatchController {
  private readonly encoded = new EncodedOnce((event) => Buffer.from(toWatchText(event)));

  constructor(private readonly watches: WatchService) {}

  @Get()
  @Access('watch')
  @DescribesWatch()
  async watch(
    @Param() { namespace }: NamespacesParameters,
    @Query() query: WatchQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @IncomingCall() call: Call,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const events = this.watches.watch(toWatchCommand(namespace, query, lastEventId), call);
    const sent = request.method === 'HEAD' ? beginningOf(events) : events;
    await sendWatch(sent, (event) => this.textOf(event), request, response);
  }

  private textOf(event: WatchEvent): string | Buffer {
    return 'object' in event ? this.encoded.of(event) : toWatchText(event);
  }
}

/** An EventSource that comes back sends the same query as ever, and where it was in the header. */
function toWatchCommand(namespace: string, query: WatchQuery, lastEventId: string | undefined): WatchCommand {
  return {
    namespace: namespace === allNamespaces ? undefined : namespace,
    resourceVersion: lastEventId || query.resourceVersion || undefined,
    name: query.name || undefined,
    workflowId: query.workflowId || undefined,
    targetResource: query.targetResource || undefined,
    remediationRequest: query.remediationRequest || undefined,
  };
}
