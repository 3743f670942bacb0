import { Controller, Get, Inject, Param, Query, Req, Res, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { Access } from '../call/access.decorator.ts';
import { AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/incoming-call.ts';
import { ApiError } from '../errors/api-error.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { ExecutionParameters } from '../resource/parameters.dto.ts';
import { beginningOf } from '../call/beginning-of.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { WATCH_CLOCK } from '../cache/resource-version-barrier.ts';
import { ndjson, plainText, type LogFormat } from './log-text.ts';
import { logTimeOf } from './log-time.ts';
import { LogsQuery } from './logs.dto.ts';
import { DescribesLogs } from './logs.openapi.ts';
import { LogsService } from './logs.service.ts';
import { sendLogs } from './send-logs.ts';

/** Logs over REST, at the subresource that the right to read them is of. */
@Controller('api/v1/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@ApiExecutions()
export class LogsController {
  constructor(
    private readonly service: LogsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(':name/log')
  @Access('get', 'log')
  @DescribesLogs()
  async streamLogs(
    @Param() key: ExecutionParameters,
    @Query() { follow, since, timestamps }: LogsQuery,
    @IncomingCall() call: Call,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const format = formatFor(request, timestamps === 'true');
    const command = { key, follow: follow === 'true', since: since === undefined ? undefined : logTimeOf(since) };
    const lines = this.service.logs(command, call);
    await sendLogs(request.method === 'HEAD' ? beginningOf(lines) : lines, format, request, response, this.clock);
  }
}

/** @throws ApiError NotAcceptable */
function formatFor(request: Pick<Request, 'accepts'>, withTimes: boolean): LogFormat {
  switch (request.accepts(['text/plain', 'application/x-ndjson'])) {
    case 'text/plain':
      return plainText(withTimes);
    case 'application/x-ndjson':
      return ndjson;
    default:
      throw new ApiError('NotAcceptable', 'a log is given as text/plain or application/x-ndjson');
  }
}
