import type { ApiError } from '../errors/api-error.ts';
import { toProblem } from '../rest/problem.dto.ts';
import { toResource } from '../resource/workflow-execution-resource.ts';
import { toEventText, toRetryText } from './sse.ts';
import type { WatchEvent } from './watch.types.ts';

/** How long an EventSource waits before it comes back, in milliseconds. */
const retryMs = 1_000;

/** What a stream begins with. */
export const beginning = toRetryText(retryMs);

/** Keeps proxies from storing the answer, or from holding it back until there is more of it (nginx does by default). */
export const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** An event of a watch, with its position as the id that a client comes back with. */
export function toWatchText(event: WatchEvent): string {
  const { type, resourceVersion } = event;
  const data =
    'object' in event ? { type, object: toResource(event.object), resourceVersion } : { type, resourceVersion };
  return toEventText({ event: type, id: resourceVersion, data: JSON.stringify(data) });
}

/** An error that ends a watch which has begun: the problem that would have been the answer before. */
export function toErrorText(error: ApiError, instance: string): string {
  return toEventText({ event: 'error', data: JSON.stringify(toProblem(error, instance)) });
}
