import { Controller, Get, Param, Query, Req, Res, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access, AccessGuard } from '../call/access.guard.ts';
import type { Call } from '../call/call.ts';
import { IncomingCall } from '../call/call.ts';
import { ApiError } from '../errors/api-error.ts';
import { ExecutionParameters } from '../resource/parameters.dto.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { sendStream, type StreamFormat } from '../rest/send-stream.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { ndjson, plainText } from './log-format.ts';
import { logTimeOf, type LogItem } from './log-line.ts';
import { LogsQuery } from './logs.dto.ts';
import { ApiLogs } from './logs.openapi.ts';
import { LogsService } from './logs.service.ts';

/** Logs over REST, at the path of the subresource that the right to read them is for. */
@Controller('api/v1/namespaces/:namespace/workflowexecutions')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@ApiExecutions()
export class LogsController {
  constructor(private readonly service: LogsService) {}

  @Get(':name/log')
  @Access('get', 'log')
  @ApiLogs()
  async streamLogs(
    @Param() key: ExecutionParameters,
    @Query() { follow, since, timestamps }: LogsQuery,
    @IncomingCall() call: Call,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const format = formatFor(request, timestamps);
    const command = { key, follow, since: since && logTimeOf(since) };
    const items = this.service.logs(command, call);
    await sendStream(items, format, request, response, call.signal);
  }
}

/** @throws ApiError NotAcceptable */
function formatFor(request: Pick<Request, 'accepts'>, withTimes: boolean): StreamFormat<LogItem> {
  switch (request.accepts(['text/plain', 'application/x-ndjson'])) {
    case 'text/plain':
      return plainText(withTimes);
    case 'application/x-ndjson':
      return ndjson;
    default:
      throw new ApiError('NotAcceptable', 'logs are available as text/plain or application/x-ndjson');
  }
}
