import { arrayOf, parseJson, recordOf, stringOf } from '../kubernetes/json.ts';
import type { DataStorageResponse } from './data-storage-client.ts';
import type { Delivered, Told } from './event-store.ts';

/** However long the data storage service asks to be left alone, it is asked again after this, in milliseconds. */
const longestRetryAfterMs = 10 * 60_000;

/** Statuses that say that nothing was taken. Any other of 300 to 499 is there until somebody changes something. */
const refusals: Readonly<Record<number, 'invalid' | 'tooLarge' | 'busy'>> = {
  400: 'invalid',
  408: 'busy',
  413: 'tooLarge',
  422: 'invalid',
  425: 'busy',
  429: 'busy',
};

/**
 * What an answer of the data storage service says of the events that it was sent.
 *
 * @param count how many they were
 */
export function deliveredBy(answer: DataStorageResponse, count: number): Delivered {
  const { status, retryAfter } = answer;
  const said = recordOf(parseJson(answer.body));
  const told = { detail: detailOf(status, said), retryAfterMs: retryAfterMs(retryAfter) };
  if (status === 201) return hasIds(said, count) ? { state: 'recorded' } : { state: 'unknown', ...told };
  if (status === 202) return { state: 'queued' };
  if (status >= 300 && status < 500) return { state: refusals[status] ?? 'refused', ...told };
  // A problem is the service's own word, and with it the request has come to its end there. A proxy in between does not
  // know that.
  const isOwn = status === 500 && stringOf(said['title']) !== undefined;
  return { state: isOwn ? 'unclear' : 'unknown', ...told };
}

/** What an answer says that should have told what is there, and does not. */
export function notTold(answer: DataStorageResponse): Told {
  const { status, retryAfter } = answer;
  const told = { detail: detailOf(status, recordOf(parseJson(answer.body))), retryAfterMs: retryAfterMs(retryAfter) };
  const isRefused = status >= 300 && status < 500 && refusals[status] !== 'busy';
  return { state: isRefused ? 'refused' : 'busy', ...told };
}

/** Half an answer, or one that does not fit the request, says nothing of what became of the events. */
function hasIds(said: Readonly<Record<string, unknown>>, count: number): boolean {
  return count === 1 ? typeof said['event_id'] === 'string' : arrayOf(said['event_ids']).length === count;
}

function detailOf(status: number, said: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(recordOf(said['field_errors'])).map(([field, error]) => `${field}: ${String(error)}`);
  const detail = stringOf(said['detail']) ?? stringOf(said['title']);
  return [`HTTP ${status}`, detail, ...fields].filter(Boolean).join(', ');
}

/** `Retry-After` in seconds; a date is not worth the clocks. */
function retryAfterMs(header: string | undefined): number | undefined {
  const [seconds] = header?.match(/^\d{1,9}$/) ?? [];
  return seconds === undefined ? undefined : Math.min(longestRetryAfterMs, Number(seconds) * 1_000);
}
