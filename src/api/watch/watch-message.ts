import {
  WatchEventType,
  WatchWorkflowExecutionsResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toMessage } from '../resource/to-message.ts';
import type { WatchEvent } from './watch.types.ts';

const types = {
  updated: WatchEventType.WATCH_EVENT_TYPE_UPDATED,
  deleted: WatchEventType.WATCH_EVENT_TYPE_DELETED,
  synced: WatchEventType.WATCH_EVENT_TYPE_SYNCED,
  bookmark: WatchEventType.WATCH_EVENT_TYPE_BOOKMARK,
} as const;

/** An event as the bytes of its message. */
export function toWatchBytes(event: WatchEvent): Buffer {
  const message = WatchWorkflowExecutionsResponse.fromPartial({
    type: types[event.type],
    resourceVersion: event.resourceVersion,
  });
  if ('object' in event) message.workflowExecution = toMessage(event.object);
  return Buffer.from(WatchWorkflowExecutionsResponse.encode(message).finish());
}
