import { logFields } from '../workflow-execution/execution.ts';
import type { AuditEvent } from './audit-event.ts';

/** The fields of a log line about an event that name its execution. */
export function auditInLog(
  { event_data, namespace }: AuditEvent,
  uid: string | undefined,
): ReturnType<typeof logFields> {
  return logFields({ namespace, name: event_data.execution_name, uid });
}
