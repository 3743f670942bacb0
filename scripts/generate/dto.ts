import { format } from 'prettier';
import type { CelRule, Schema } from './crd.ts';
import { property } from './crd.ts';

/** Names of the DTO classes, by their place in the spec. */
const classes: Record<string, string> = {
  '': 'WorkflowExecutionSpecDto',
  remediationRequestRef: 'RemediationRequestRefDto',
  workflowRef: 'WorkflowRefDto',
  executionConfig: 'ExecutionConfigDto',
};

/** Examples shown in the OpenAPI document and in Swagger UI. */
const examples: Record<string, unknown> = {
  'remediationRequestRef.name': 'rr-pod-crash-f8a3b9c2',
  'workflowRef.workflowId': 'oomkill-increase-memory',
  'workflowRef.version': '1.0.0',
  'workflowRef.containerImage': 'quay.io/kubernaut/oomkill:v1.0.0',
  targetResource: 'payment/deployment/payment-api',
  parameters: { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
  confidence: 0.92,
  'executionConfig.timeout': '10m',
};

/**
 * Request DTOs with class-validator and Swagger decorators, made from the spec's schema, so that a request is held to
 * the resource's own bounds. A CEL rule of one string becomes a @Matches with the same pattern and sentence; rules over
 * several fields or over map keys are left to the API server, which answers with the same sentence.
 */
export async function generateDto(crd: Schema): Promise<string> {
  const out = [
    '// Generated from crds/ by `npm run generate`. Do not edit.',
    "import { ApiProperty } from '@nestjs/swagger';",
    "import { Type } from 'class-transformer';",
    "import * as v from 'class-validator';",
    "import { IsStringMap } from '../string-map.validator.ts';",
    '',
  ];
  emitClass(property(crd, 'spec'), '', out);
  return format(out.join('\n'), { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' });
}

function emitClass(schema: Schema, path: string, out: string[]): void {
  const fields: string[] = [];
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    if (child.properties !== undefined) emitClass(child, at, out);
    fields.push(...emitField(name, child, at, schema.required?.includes(name) === true), '');
  }
  out.push(`/** ${schema.description ?? ''} */`, `export class ${className(path)} {`, ...fields, '}', '');
}

function emitField(name: string, schema: Schema, path: string, required: boolean): string[] {
  return [
    `/** ${schema.description ?? ''} */`,
    `@ApiProperty(${JSON.stringify(apiProperty(schema, path, required))})`,
    required ? '@v.IsDefined({ message: "is required" })' : '@v.IsOptional()',
    ...validators(schema, path),
    `${name}${required ? '!' : '?'}: ${typeOf(schema, path)};`,
  ];
}

function validators(schema: Schema, path: string): string[] {
  switch (schema.type) {
    case 'string':
      return ['@v.IsString({ message: "must be a string" })', ...lengths(schema), ...patterns(schema)];
    case 'boolean':
      return ['@v.IsBoolean({ message: "must be true or false" })'];
    case 'integer':
      return ['@v.IsInt({ message: "must be a whole number" })', ...limits(schema)];
    case 'number':
      return ['@v.IsNumber({}, { message: "must be a number" })', ...limits(schema)];
    case 'object':
      return schema.properties === undefined
        ? [
            `@IsStringMap({ maxProperties: ${bound(schema.maxProperties)}, maxLength: ${bound(schema.additionalProperties?.maxLength)} })`,
          ]
        : ['@v.IsObject({ message: "must be an object" })', '@v.ValidateNested()', `@Type(() => ${className(path)})`];
    case 'array':
      throw new Error(`${path}: lists in the spec are not generated yet`);
  }
}

function lengths(schema: Schema): string[] {
  const { minLength = 0, maxLength } = schema;
  if (maxLength === undefined) throw new Error('every string has a maxLength');
  const message =
    minLength > 0
      ? `must be ${minLength} to ${maxLength} characters long`
      : `must be at most ${maxLength} characters long`;
  return [`@v.Length(${minLength}, ${maxLength}, { message: ${JSON.stringify(message)} })`];
}

function limits(schema: Schema): string[] {
  const message = JSON.stringify(`must be from ${schema.minimum} to ${schema.maximum}`);
  return [
    `@v.Min(${bound(schema.minimum)}, { message: ${message} })`,
    `@v.Max(${bound(schema.maximum)}, { message: ${message} })`,
  ];
}

function patterns(schema: Schema): string[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => {
    const pattern = patternOf(rule);
    return pattern === undefined
      ? []
      : [`@v.Matches(new RegExp(${JSON.stringify(pattern)}, 'u'), { message: ${JSON.stringify(rule.message)} })`];
  });
}

/** The regular expression of a rule that begins with `self.matches('…')`, with CEL's string escapes undone. */
function patternOf({ rule }: CelRule): string | undefined {
  const pattern = /^self\.matches\('((?:[^'\\]|\\.)*)'\)/.exec(rule)?.[1]?.replaceAll('\\\\', '\\');
  // RE2 lets '-', ':' and '_' be escaped or not; JavaScript's `u` flag refuses needless escapes, so this must compile.
  return pattern === undefined ? undefined : new RegExp(pattern, 'u').source;
}

function apiProperty(schema: Schema, path: string, required: boolean): Record<string, unknown> {
  const { description, minLength, maxLength, minimum, maximum, format: numberFormat } = schema;
  const pattern = (schema['x-kubernetes-validations'] ?? []).map(patternOf).find((found) => found !== undefined);
  const map = schema.additionalProperties === undefined ? {} : mapProperty(schema);
  return {
    ...(schema.properties === undefined ? { type: schema.type } : {}),
    ...map,
    description,
    // For a map, Swagger's `required` is the list of its keys.
    ...(schema.additionalProperties === undefined ? { required } : { selfRequired: required }),
    ...(schema.default === undefined || schema.properties !== undefined ? {} : { default: schema.default }),
    ...{ minLength, maxLength, minimum, maximum, pattern, format: numberFormat },
    example: examples[path],
  };
}

function mapProperty(schema: Schema): Record<string, unknown> {
  const { type, maxLength } = schema.additionalProperties ?? {};
  return { maxProperties: schema.maxProperties, additionalProperties: { type, maxLength } };
}

function typeOf(schema: Schema, path: string): string {
  if (schema.properties !== undefined) return className(path);
  if (schema.additionalProperties !== undefined) return 'Record<string, string>';
  return schema.type === 'integer' ? 'number' : schema.type;
}

function className(path: string): string {
  const name = classes[path];
  if (name === undefined) throw new Error(`give the DTO class for spec.${path} a name`);
  return name;
}

function bound(value: number | undefined): number {
  if (value === undefined) throw new Error('every number, string and map has its bounds');
  return value;
}
