import type { Logger } from '../kubernetes/logger.ts';
import { logFields } from '../workflow-execution/execution.ts';
import type { AuditEvent } from './audit-event.ts';
import type { EventStore, IngestResult, QueryResult } from './event-store.ts';

/** The log as audit trail when no data storage service is configured: one structured line per event. */
export class LoggedEvents implements EventStore {
  readonly name = 'the log';
  readonly recordedReason = 'Logged';
  readonly queryable = false;

  constructor(private readonly log: Logger) {}

  ingest(event: AuditEvent, uid: string): Promise<IngestResult> {
    const { namespace, event_data, event_type } = event;
    const subject = logFields({ namespace, name: event_data.execution_name, uid });
    this.log.info({ ...subject, audit: event }, `audit ${event_type}`);
    return Promise.resolve({ state: 'recorded' });
  }

  /** A log cannot be queried: a restart may write a line twice, rather than never. */
  query(): Promise<QueryResult> {
    return Promise.resolve({ state: 'found', rows: [] });
  }
}
