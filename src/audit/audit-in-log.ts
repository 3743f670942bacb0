import { inLog } from '../workflow-execution/in-log.ts';
import type { AuditEvent } from './audit-event.ts';

/** The fields of a log line about an event that name its execution. */
export function auditInLog({ event_data, namespace }: AuditEvent, uid: string | undefined): ReturnType<typeof inLog> {
  return inLog({ namespace, name: event_data.execution_name, uid });
}
