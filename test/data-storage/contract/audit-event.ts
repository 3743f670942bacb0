import type { JsonRecord } from '../../../src/kubernetes/json.ts';

/** An audit event that matches the service's schema, as far as the fake reads it. */
export interface AuditEvent extends JsonRecord {
  readonly event_type: string;
  /** RFC 3339. */
  readonly event_timestamp: string;
  readonly event_category: string;
  readonly event_action: string;
  readonly event_outcome: string;
  readonly correlation_id: string;
  readonly resource_id?: string;
  readonly namespace?: string;
  readonly event_data: JsonRecord;
}
