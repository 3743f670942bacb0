import { arrayOf, parseJson, recordOf, stringOf } from '../kubernetes/json.ts';
import type { EventIdentity } from './audit-event.ts';
import type { DataStorageResponse } from './data-storage-client.ts';
import type { IngestResult, RequestFailure } from './event-store.ts';

/** The longest Retry-After that is followed, in milliseconds. */
const longestRetryAfterMs = 10 * 60_000;

/** Statuses of 300 to 499 that are not a refusal of this service. In all of these cases nothing was stored. */
const exceptions: Readonly<Record<number, 'invalid' | 'busy'>> = {
  400: 'invalid',
  408: 'busy',
  413: 'invalid',
  422: 'invalid',
  425: 'busy',
  429: 'busy',
};

/** Reads the response to a POST of one event. */
export function parseIngestResponse(response: DataStorageResponse): IngestResult {
  const { status } = response;
  const body = recordOf(parseJson(response.body));
  const failure = { detail: detailOf(status, body), retryAfterMs: retryAfterMs(response) };
  // Without the id the response is incomplete, and may not be from data storage.
  if (status === 201 && typeof body['event_id'] === 'string') return { state: 'recorded' };
  if (status === 202) return { state: 'accepted' };
  if (status >= 300 && status < 500) return { state: exceptions[status] ?? 'refused', ...failure };
  // A problem comes from data storage itself, which has then finished the request. A proxy cannot know that.
  const isOwn = status === 500 && stringOf(body['title']) !== undefined;
  return { state: isOwn ? 'failed' : 'unknown', ...failure };
}

/** Reads the rows of the response to a query; undefined if it has none. */
export function parseRows({ status, body }: DataStorageResponse): readonly EventIdentity[] | undefined {
  const { data } = recordOf(parseJson(body));
  return status === 200 && Array.isArray(data) ? arrayOf(data).map(parseRow) : undefined;
}

function parseRow(raw: unknown): EventIdentity {
  const row = recordOf(raw);
  const text = (name: string) => stringOf(row[name]) ?? '';
  return {
    event_type: text('event_type'),
    event_action: text('event_action'),
    resource_id: text('resource_id'),
    namespace: text('namespace'),
    event_timestamp: text('event_timestamp'),
  };
}

/** Reads a response to a query that has no rows. */
export function parseQueryError(response: DataStorageResponse): RequestFailure {
  const { status } = response;
  const isRefused = status >= 300 && status < 500 && exceptions[status] !== 'busy';
  return {
    state: isRefused ? 'refused' : 'busy',
    detail: detailOf(status, recordOf(parseJson(response.body))),
    retryAfterMs: retryAfterMs(response),
  };
}

function detailOf(status: number, body: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(recordOf(body['field_errors'])).map(([field, error]) => `${field}: ${String(error)}`);
  const detail = stringOf(body['detail']) ?? stringOf(body['title']);
  return [`HTTP ${status}`, detail, ...fields].filter(Boolean).join(', ');
}

/** Retry-After in seconds; HTTP dates are ignored. */
function retryAfterMs({ retryAfter }: DataStorageResponse): number | undefined {
  const [seconds] = retryAfter?.match(/^\d{1,9}$/) ?? [];
  return seconds === undefined ? undefined : Math.min(longestRetryAfterMs, Number(seconds) * 1_000);
}
