import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { AuditEvent } from './audit-event.ts';
import { ownSchema } from './own-schema.ts';
import { serviceSchema } from './service-schema.ts';

/** A rule of a schema that a value broke. */
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

/** An event as the service understands it: unknown keys are removed from the given value. Or what is wrong with it. */
export function readAsService(
  value: unknown,
): { readonly event: AuditEvent } | { readonly faults: readonly ContractFault[] } {
  return keepsToService(value) ? { event: value } : { faults: faultsOf(keepsToService.errors) };
}

/** What is wrong with an event of our own, by the strict schema; nothing for a good one. */
export function contractFaults(value: unknown): readonly ContractFault[] {
  return keepsToOwn(value) ? [] : faultsOf(keepsToOwn.errors);
}

/** A fault in words. */
export function describeContractFault({ field, message }: ContractFault): string {
  return field === '' ? `the event ${message}` : `${field} ${message}`;
}

function faultsOf(errors: readonly ErrorObject[] | null | undefined): ContractFault[] {
  // Of a rule that is made of others, one fault is enough.
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
