import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import type { Schema } from './crd.ts';
import { objectMetaSchema } from './object-meta.ts';

const standalone = standaloneModule.default;

/**
 * A type guard for WorkflowExecutions, compiled to code without dependencies. It checks types, required fields and
 * enumerations, on which the code relies. It does not check bounds and formats: the API server does, and an object of an older
 * schema may break them.
 */
export function generateParser(crd: Schema): string {
  const schema = { ...crd, properties: { ...crd.properties, metadata: objectMetaSchema } };
  schema.required = ['apiVersion', 'kind', 'metadata', 'spec'];
  const ajv = new Ajv({ code: { source: true, esm: true, lines: true }, strict: false });
  const code = standalone(ajv, ajv.compile(shapeOf(schema)));
  return `// @ts-nocheck -- Generated from crds/ by \`npm run generate\`. Do not edit.
import type { WorkflowExecution } from './workflow-execution.ts';
${code.replace('"use strict";', '').replace(/^export (const validate = .*|default .*)$/gm, '')}
/** Whether a value is a WorkflowExecution; \`errors\` has the violations. */
export const isWorkflowExecution: {
  (value: unknown): value is WorkflowExecution;
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
} = ${/function (validate\w*)\(/.exec(code)?.[1] ?? 'undefined'};
`;
}

function shapeOf(schema: Schema): Record<string, unknown> {
  const properties: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, child]) => [name, shapeOf(child)]),
  );
  return {
    type: schema.type,
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
    ...(schema.required === undefined ? {} : { required: schema.required }),
    ...(schema.properties === undefined ? {} : { properties }),
    ...(schema.additionalProperties === undefined
      ? {}
      : { additionalProperties: shapeOf(schema.additionalProperties) }),
    ...(schema.items === undefined ? {} : { items: shapeOf(schema.items) }),
  };
}
