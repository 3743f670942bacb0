import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import type { WatchWorkflowExecutionsRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { parseParent } from '../resource/names.ts';
import { wellFormed } from '../call/malformed-message.ts';
import type { MalformedMessage } from '../call/malformed-message.ts';
import type { WatchCommand } from './watch.types.ts';

/** A watch request as a command. */
@Injectable()
export class WatchRequestPipe implements PipeTransform<
  WatchWorkflowExecutionsRequest | MalformedMessage,
  WatchCommand
> {
  transform(request: WatchWorkflowExecutionsRequest | MalformedMessage): WatchCommand {
    const { parent, resourceVersion, workflowExecutionId, ...filter } = wellFormed(request);
    return {
      ...parseParent(parent),
      resourceVersion: resourceVersion || undefined,
      name: workflowExecutionId || undefined,
      workflowId: filter.workflowId || undefined,
      targetResource: filter.targetResource || undefined,
      remediationRequest: filter.remediationRequest || undefined,
    };
  }
}
