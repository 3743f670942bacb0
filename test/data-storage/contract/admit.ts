import { isRecord } from '../../../src/kubernetes/json.ts';
import type { AuditEvent } from './audit-event.ts';
import { limits } from './limits.ts';
import { nanosecondsAt, nanosecondsOf } from './timestamp.ts';
import { describeContractFault, readAsService } from './validate.ts';
import type { ContractFault } from './validate.ts';

/** Why the service rejects an event. */
export interface Refusal {
  readonly detail: string;
  /** The fields that it names; many rules name none. */
  readonly faults: readonly ContractFault[];
}

/** The event without the keys that the service drops, or the refusal. */
export type Verdict = { readonly event: AuditEvent } | { readonly refusal: Refusal };

/** Fields with fixed values: the service rejects others without naming a field. */
const fieldsNeverNamed: readonly string[] = [
  'event_type',
  'event_data.event_type',
  'event_data.phase',
  'event_data.failure_reason',
];

/** Decides on one parsed event; removes unknown keys from the given value. */
export function admit(value: unknown, now: Date): Verdict {
  if (!isRecord(value)) return { refusal: { detail: 'An event is a JSON object.', faults: [] } };
  const refusal = tooMuch(value['event_data']);
  if (refusal !== undefined) return { refusal };
  const read = readAsService(value);
  if ('faults' in read) return { refusal: refusalOf(read.faults) };
  const late = outsideWindow(read.event, now);
  return late === undefined ? read : { refusal: late };
}

function tooMuch(eventData: unknown): Refusal | undefined {
  if (isDeeper(eventData, limits.eventDataDepth)) {
    const fault = { field: 'event_data', message: `is more than ${limits.eventDataDepth} deep` };
    return { detail: describeContractFault(fault), faults: [fault] };
  }
  const bytes = Buffer.byteLength(JSON.stringify(eventData ?? null));
  if (bytes <= limits.eventData) return undefined;
  return { detail: `event_data has ${bytes} bytes and may have ${limits.eventData}`, faults: [] };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function outsideWindow(event: AuditEvent, now: Date): Refusal | undefined {
  const aheadNs = nanosecondsOf(event.event_timestamp) - nanosecondsAt(now);
  if (aheadNs > BigInt(limits.aheadMs) * 1_000_000n) return { detail: 'The timestamp is in the future.', faults: [] };
  if (-aheadNs > BigInt(limits.oldMs) * 1_000_000n) return { detail: 'The timestamp is too old.', faults: [] };
  return undefined;
}

function refusalOf(faults: readonly ContractFault[]): Refusal {
  const unreadable = faults.some(({ field, message }) => message !== 'is missing' && fieldsNeverNamed.includes(field));
  return { detail: faults.map(describeContractFault).join('; '), faults: unreadable ? [] : faults };
}
