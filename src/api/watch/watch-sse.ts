import type { ApiError } from '../errors/api-error.ts';
import { toProblem } from '../rest/problem.dto.ts';
import type { StreamFormat } from '../rest/send-stream.ts';
import { toResource } from '../resource/workflow-execution-resource.ts';
import type { WatchEvent } from './watch.types.ts';

/** How long an EventSource waits before it reconnects, in milliseconds. */
const retryMs = 1_000;

/**
 * Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). The id of an event is the resource
 * version to resume from; the data of an error is the problem that would have been the response before the first event.
 */
export const serverSentEvents: StreamFormat<WatchEvent> = {
  contentType: 'text/event-stream; charset=utf-8',
  preamble: `retry: ${retryMs}\n\n`,
  encode({ type, object, resourceVersion }: WatchEvent): string {
    // One line, as the data of an event has to be; an undefined object is omitted.
    const data = JSON.stringify({ type, object: object && toResource(object), resourceVersion });
    return `event: ${type}\nid: ${resourceVersion}\ndata: ${data}\n\n`;
  },
  encodeError(error: ApiError, instance: string): string {
    return `event: error\ndata: ${JSON.stringify(toProblem(error, instance))}\n\n`;
  },
  closesOnError: false,
  waitsForClient: false,
};
