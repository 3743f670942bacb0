import { arrayOf, parseJson, recordOf, stringOf } from '../kubernetes/json.ts';
import type { AuditEvent, EventIdentity } from './audit-event.ts';
import { deliveredBy, notTold } from './data-storage-answer.ts';
import { wasNeverSent, type DataStorageClient, type DataStorageResponse } from './data-storage-client.ts';
import type { Delivered, EventStore, Told } from './event-store.ts';

const path = '/api/v1/audit/events';
const category: AuditEvent['event_category'] = 'workflowexecution';

/** Rows of a page: events may be as large as 256 KiB each, and the answers have to fit into memory. */
const pageSize = 100;

/** Pages of one question; a correlation id has a few events. */
const maxPages = 100;

/** The data storage service of Kubernaut as the audit trail. */
export class DataStorage implements EventStore {
  readonly recordedReason = 'Recorded';
  readonly canTell = true;

  constructor(private readonly client: Pick<DataStorageClient, 'base' | 'send'>) {}

  get name(): string {
    return this.client.base;
  }

  async deliver(events: readonly AuditEvent[]): Promise<Delivered> {
    const [only] = events;
    const isOne = events.length === 1;
    try {
      const answer = await this.client.send('POST', isOne ? path : `${path}/batch`, isOne ? only : events);
      return deliveredBy(answer, events.length);
    } catch (error) {
      return { state: wasNeverSent(error) ? 'busy' : 'unknown', detail: sentenceOf(error) };
    }
  }

  async rows(correlationId: string): Promise<Told> {
    const rows: EventIdentity[] = [];
    try {
      for (let page = 0; page < maxPages; page++) {
        const query = new URLSearchParams({
          correlation_id: correlationId,
          event_category: category,
          limit: String(pageSize),
          offset: String(page * pageSize),
        });
        const answer = await this.client.send('GET', `${path}?${query.toString()}`);
        const found = rowsOf(answer);
        if (found === undefined) return notTold(answer);
        rows.push(...found.map(rowOf));
        if (found.length < pageSize) return { state: 'told', rows };
      }
      return {
        state: 'busy',
        detail: `there are more than ${maxPages * pageSize} events of one correlation id`,
      };
    } catch (error) {
      return { state: 'busy', detail: sentenceOf(error) };
    }
  }
}

function rowsOf({ status, body }: DataStorageResponse): readonly unknown[] | undefined {
  const { data } = recordOf(parseJson(body));
  return status === 200 && Array.isArray(data) ? arrayOf(data) : undefined;
}

function rowOf(raw: unknown): EventIdentity {
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

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
