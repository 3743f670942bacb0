import { sleep } from '../../../src/kubernetes/async.ts';
import type { Clock } from '../../../src/kubernetes/clock.ts';
import { parseJson } from '../../../src/kubernetes/json.ts';
import type { AuditEvent } from '../contract/audit-event.ts';
import { admit } from '../contract/admit.ts';
import { limits } from '../contract/limits.ts';
import type { Storage, StoreResult } from '../rows/storage.ts';
import { refuseCaller } from './admission.ts';
import type { Tokens } from './admission.ts';
import { json, problem } from './api-response.ts';
import type { ApiResponse } from './api-response.ts';
import type { ApiRequest } from './api-request.ts';
import { pageOf, readQuery } from './query.ts';

/** Stores events, or queues them if the fault says so. */
export type Store = (events: readonly AuditEvent[]) => StoreResult;

/** What the audit API depends on. */
export interface AuditApiOptions {
  readonly storage: Storage;
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** Milliseconds until the service detects that database and queue are unavailable. */
  readonly outageMs: number;
  /** Aborts when the fake stops. */
  readonly stopped: AbortSignal;
}

const route = '/api/v1/audit/events';
const methodsOf: Readonly<Record<string, readonly string[]>> = {
  [route]: ['GET', 'POST'],
  [`${route}/batch`]: ['POST'],
};

/** The audit API of the data storage service, without faults. */
export class AuditApi {
  private readonly options: AuditApiOptions;

  constructor(options: AuditApiOptions) {
    this.options = options;
  }

  /** Checks in the order of the service: length, token, rights, content. */
  async answer(request: ApiRequest, store: Store): Promise<ApiResponse> {
    const { method, path, query, authorization, body } = request;
    if (body === undefined) return problem(413, `The request has more than ${limits.body} bytes.`);
    const refusal = refuseCaller(authorization, this.options.tokens);
    if (refusal !== undefined) return refusal;
    const methods = Object.hasOwn(methodsOf, path) ? methodsOf[path] : undefined;
    if (methods === undefined) return problem(404, `There is nothing at ${path}.`);
    const headers = { allow: methods.join(', ') };
    if (!methods.includes(method)) return problem(405, `${method} is not for ${path}.`, { headers });
    if (method === 'GET') return this.search(query);
    return path === route ? this.ingest(parseJson(body), store) : this.ingestBatch(parseJson(body), store);
  }

  private search(parameters: URLSearchParams): ApiResponse {
    const read = readQuery(parameters);
    if ('errors' in read) return problem(400, 'The query breaks a rule.', { fieldErrors: read.errors });
    const { storage } = this.options;
    return storage.databaseIsAway ? problem(500, 'The database is away.') : json(200, pageOf(storage.rows, read.query));
  }

  private async ingest(value: unknown, store: Store): Promise<ApiResponse> {
    const verdict = admit(value, this.options.clock.now());
    if ('refusal' in verdict) {
      const { detail, faults } = verdict.refusal;
      const fieldErrors = Object.fromEntries(faults.map(({ field, message }) => [field, message]));
      return problem(400, detail, { fieldErrors });
    }
    const { event_timestamp } = verdict.event;
    const result = store([verdict.event]);
    if (result.kind === 'refused') return this.outage();
    if (result.kind === 'queued') return json(202, { status: 'accepted', message: 'The event is queued.' });
    return json(201, { event_id: result.ids[0], event_timestamp, message: 'The event is stored.' });
  }

  private async ingestBatch(value: unknown, store: Store): Promise<ApiResponse> {
    if (!Array.isArray(value)) return problem(400, 'A batch is a list of events.');
    const count = value.length;
    if (count === 0 || count > limits.batch)
      return problem(400, `A batch has 1 to ${limits.batch} events, not ${count}.`);
    const now = this.options.clock.now();
    const events: AuditEvent[] = [];
    for (const [index, item] of value.entries()) {
      const verdict = admit(item, now);
      // The service names no field of a bad event in a batch.
      if ('refusal' in verdict) return problem(400, `Event ${index}: ${verdict.refusal.detail}`);
      events.push(verdict.event);
    }
    const result = store(events);
    if (result.kind === 'refused') return this.outage();
    if (result.kind === 'queued') return json(202, { status: 'accepted', message: 'The events are queued.', count });
    return json(201, { event_ids: result.ids, message: `${count} events are stored.` });
  }

  private async outage(): Promise<ApiResponse> {
    const { clock, outageMs, stopped } = this.options;
    await sleep(clock, outageMs, stopped);
    return problem(500, 'Neither the database nor the queue can be reached.');
  }
}
