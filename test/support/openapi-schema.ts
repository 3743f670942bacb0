import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import document from '../../docs/openapi.json' with { type: 'json' };
import { recordOf } from '../../src/kubernetes/json.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** Validates a value against a schema of docs/openapi.json; returns the errors. */
export function schemaErrors(schema: unknown, value: unknown): readonly unknown[] {
  const absolute: unknown = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components'));
  const validate = ajv.compile(recordOf(absolute));
  return validate(value) ? [] : (validate.errors ?? []);
}
