import type { AuditEvent, EventIdentity } from './audit-event.ts';
import { wasNeverSent, type DataStorageClient } from './data-storage-client.ts';
import { parseIngestResponse, parseQueryError, parseRows } from './data-storage-response.ts';
import type { EventStore, IngestResult, QueryResult } from './event-store.ts';

const path = '/api/v1/audit/events';
const category: AuditEvent['event_category'] = 'workflowexecution';

/** Rows per page: an event has up to 256 KiB, and a page has to fit into memory. */
const pageSize = 100;

/** The most pages of a query; a correlation id has a few events. */
const maxPages = 100;

/** Kubernaut's data storage service as audit trail. */
export class DataStorage implements EventStore {
  readonly recordedReason = 'Recorded';
  readonly queryable = true;

  constructor(private readonly client: Pick<DataStorageClient, 'base' | 'send'>) {}

  get name(): string {
    return this.client.base;
  }

  async ingest(event: AuditEvent): Promise<IngestResult> {
    try {
      return parseIngestResponse(await this.client.send('POST', path, event));
    } catch (error) {
      return { state: wasNeverSent(error) ? 'busy' : 'unknown', detail: messageOf(error) };
    }
  }

  async query(correlationId: string): Promise<QueryResult> {
    const rows: EventIdentity[] = [];
    try {
      for (let page = 0; page < maxPages; page++) {
        const query = new URLSearchParams({
          correlation_id: correlationId,
          event_category: category,
          limit: String(pageSize),
          offset: String(page * pageSize),
        });
        const response = await this.client.send('GET', `${path}?${query.toString()}`);
        const found = parseRows(response);
        if (found === undefined) return parseQueryError(response);
        rows.push(...found);
        if (found.length < pageSize) return { state: 'found', rows };
      }
      return { state: 'busy', detail: `a correlation id has more than ${maxPages * pageSize} events` };
    } catch (error) {
      return { state: 'busy', detail: messageOf(error) };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
