import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { AuditEvent } from './audit-event.ts';
import { ownSchema } from './own-schema.ts';
import { serviceSchema } from './service-schema.ts';

/** A schema rule that a value violates. */
export interface ContractFault {
  /** The field, as in `event_data.phase`; empty for the event itself. */
  readonly field: string;
  readonly message: string;
}

const options = { allErrors: true, strictTypes: false } as const;
const lenient = new Ajv2020({ ...options, removeAdditional: true });
const strict = new Ajv2020(options);
formats.default(lenient);
formats.default(strict);
const keepsToService = lenient.compile<AuditEvent>(serviceSchema);
strict.addSchema(serviceSchema);
const keepsToOwn = strict.compile<AuditEvent>(ownSchema);

/** The event as the service reads it, with unknown keys removed from the given value, or its violation. */
export function readAsService(
  value: unknown,
): { readonly event: AuditEvent } | { readonly faults: readonly ContractFault[] } {
  return keepsToService(value) ? { event: value } : { faults: faultsOf(keepsToService.errors) };
}

/** The violations of the strict schema by an event of our own. */
export function contractFaults(value: unknown): readonly ContractFault[] {
  return keepsToOwn(value) ? [] : faultsOf(keepsToOwn.errors);
}

/** The message of a violation. */
export function describeContractFault({ field, message }: ContractFault): string {
  return field === '' ? `the event ${message}` : `${field} ${message}`;
}

function faultsOf(errors: readonly ErrorObject[] | null | undefined): ContractFault[] {
  // One violation is enough for a combined rule.
  const own = (errors ?? []).filter(({ keyword, schemaPath }) => keyword !== 'if' && !/\/anyOf\/\d/.test(schemaPath));
  return own.map(faultOf);
}

function faultOf({ instancePath, keyword, params, message = 'is wrong' }: ErrorObject): ContractFault {
  const path = instancePath.split('/').slice(1);
  const at = (key: unknown): string => [...path, String(key)].join('.');
  if (keyword === 'required') return { field: at(params['missingProperty']), message: 'is missing' };
  if (keyword === 'additionalProperties') return { field: at(params['additionalProperty']), message: 'is unknown' };
  if (keyword === 'anyOf') return { field: at('event_action'), message: 'must be one of those of the event_type' };
  return { field: path.join('.'), message };
}
