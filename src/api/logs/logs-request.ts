import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import type { StreamWorkflowExecutionLogsRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { formatTimestamp } from '../../workflow-execution/timestamp.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { invalidField } from '../errors/api-error.ts';
import { parseName } from '../resource/names.ts';
import { wellFormed } from '../call/malformed-message.ts';
import type { MalformedMessage } from '../call/malformed-message.ts';
import type { LogsCommand } from './log-line.ts';

/** A request for logs as a command. */
@Injectable()
export class LogsRequestPipe implements PipeTransform<
  StreamWorkflowExecutionLogsRequest | MalformedMessage,
  LogsCommand
> {
  transform(request: StreamWorkflowExecutionLogsRequest | MalformedMessage): LogsCommand {
    const { name, follow, since } = wellFormed(request);
    return { key: parseName(name), follow, since: since && fromTimestamp(since) };
  }
}

function fromTimestamp(since: Timestamp): string {
  const time = formatTimestamp(since);
  if (time === undefined) throw invalidField(['since'], 'must be a time in the years 1 to 9999');
  return time;
}
