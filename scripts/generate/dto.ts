import { format } from 'prettier';
import type { Schema } from './crd.ts';
import { property } from './crd.ts';
import { objectMetaSchema } from './object-meta.ts';
import { keysOf, patternOf, validators } from './validators.ts';

/** Examples in the OpenAPI document. */
const examples: Record<string, unknown> = {
  'metadata.name': 'we-pod-crash-f8a3b9c2',
  'metadata.namespace': 'payment',
  'spec.remediationRequestRef.name': 'rr-pod-crash-f8a3b9c2',
  'spec.workflowRef.workflowId': 'oomkill-increase-memory',
  'spec.workflowRef.version': '1.0.0',
  'spec.workflowRef.containerImage': 'quay.io/kubernaut/oomkill:v1.0.0',
  'spec.targetResource': 'payment/deployment/payment-api',
  'spec.parameters': { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
  'spec.confidence': 0.92,
  'spec.executionConfig.timeout': '10m',
};

/** Classes for the spec with class-validator and Swagger decorators for the rules of the CRD. */
export async function generateSpecDto(crd: Schema): Promise<string> {
  const imports = [
    "import { ApiProperty, ApiSchema } from '@nestjs/swagger';",
    "import { Type } from 'class-transformer';",
    "import * as v from 'class-validator';",
    "import { IsStringMap, IsText, IsTextList, Optional } from '../validation/validators.ts';",
  ];
  return render(imports, new DtoWriter(true).classes('WorkflowExecutionSpecDto', property(crd, 'spec'), 'spec'));
}

/** Classes for the status with Swagger decorators. */
export async function generateStatusDto(crd: Schema): Promise<string> {
  const imports = ["import { ApiProperty, ApiSchema } from '@nestjs/swagger';"];
  return render(imports, new DtoWriter(false).classes('WorkflowExecutionStatusDto', property(crd, 'status'), 'status'));
}

/** Classes for the metadata, which only describe it in the OpenAPI document. After a dry run it has no resourceVersion. */
export async function generateMetadataDto(): Promise<string> {
  const required = objectMetaSchema.required?.filter((field) => field !== 'resourceVersion');
  const imports = ["import { ApiProperty, ApiSchema } from '@nestjs/swagger';"];
  return render(imports, new DtoWriter(false).classes('MetadataDto', { ...objectMetaSchema, required }, 'metadata'));
}

function render(imports: string[], classes: string[]): Promise<string> {
  const lines = ['// Generated from crds/ by `npm run generate`. Do not edit.', ...imports, '', ...classes];
  return format(lines.join('\n'), { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' });
}

/** Generates the class of an object schema after the classes of nested objects. */
class DtoWriter {
  private readonly validated: boolean;

  constructor(validated: boolean) {
    this.validated = validated;
  }

  classes(name: string, schema: Schema, path: string): string[] {
    const fields = Object.entries(schema.properties ?? {});
    const inner = fields.flatMap(([field, child]) => {
      const object = child.items ?? child;
      return object.properties === undefined ? [] : this.classes(className(field, child), object, `${path}.${field}`);
    });
    const members = fields.flatMap(([field, child]) =>
      this.member(field, child, `${path}.${field}`, schema.required?.includes(field) === true),
    );
    const schemaName = `@ApiSchema({ name: '${name.replace(/Dto$/, '')}' })`;
    return [...inner, comment(schema), schemaName, `export class ${name} {`, ...members, '}', ''];
  }

  private member(field: string, schema: Schema, path: string, required: boolean): string[] {
    const presence = required ? '@v.IsDefined({ message: "is required" })' : '@Optional()';
    return [
      comment(schema),
      `@ApiProperty(${apiProperty(field, schema, path, required)})`,
      ...(this.validated ? [presence, ...validators(schema, className(field, schema))] : []),
      `${field}${required ? '!' : '?'}: ${this.typeOf(field, schema)};`,
      '',
    ];
  }

  /** A validated value has the type of its enumeration. */
  private typeOf(field: string, schema: Schema): string {
    const values = this.validated ? schema.enum : undefined;
    return values === undefined ? typeOf(field, schema) : values.map((value) => JSON.stringify(value)).join(' | ');
  }
}

function comment({ description = '' }: Schema): string {
  return `/** ${description} */`;
}

/** The options of @ApiProperty, as source text. */
function apiProperty(field: string, schema: Schema, path: string, required: boolean): string {
  const { description, minLength, maxLength, minimum, maximum, format: numberFormat, maxItems } = schema;
  const isMap = schema.additionalProperties !== undefined;
  // Nest supports it, but its type does not.
  const keys = isMap ? keysOf(schema) : undefined;
  const propertyNames = keys === undefined ? '' : `...${JSON.stringify({ propertyNames: keys })}, `;
  const members = JSON.stringify({
    ...(isMap ? mapType(schema) : { type: isClass(schema) ? undefined : schema.type }),
    ...(schema.items === undefined || isClass(schema)
      ? {}
      : { items: itemType(schema.items), uniqueItems: isSet(schema) }),
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
    description,
    // Swagger's `required` of a map is a list of keys.
    ...(isMap ? { selfRequired: required } : { required }),
    ...(isClass(schema) ? {} : { default: schema.default }),
    ...{ minLength, maxLength, minimum, maximum, maxItems, pattern: patternOf(schema), format: numberFormat },
    example: examples[path],
  });
  const options = `{ ${propertyNames}${members.slice(1)}`;
  if (!isClass(schema)) return options;
  const name = className(field, schema);
  return `{ type: () => ${schema.items === undefined ? name : `[${name}]`}, ${options.slice(1)}`;
}

function isSet(schema: Schema): true | undefined {
  return schema['x-kubernetes-list-type'] === 'set' ? true : undefined;
}

function mapType(schema: Schema): Record<string, unknown> {
  const { additionalProperties: values } = schema;
  const { type, maxLength } = values ?? {};
  const pattern = values && patternOf(values);
  return { type: 'object', maxProperties: schema.maxProperties, additionalProperties: { type, maxLength, pattern } };
}

function itemType(items: Schema): Record<string, unknown> {
  const { type, minLength, maxLength } = items;
  return { type, minLength, maxLength, pattern: patternOf(items) };
}

function typeOf(field: string, schema: Schema): string {
  if (isClass(schema)) return `${className(field, schema)}${schema.items === undefined ? '' : '[]'}`;
  if (schema.additionalProperties !== undefined) return 'Record<string, string>';
  if (schema.items !== undefined) return 'string[]';
  return schema.type === 'integer' ? 'number' : schema.type;
}

function isClass(schema: Schema): boolean {
  return (schema.items ?? schema).properties !== undefined;
}

/** FailedTaskDto for `failedTask`, ConditionDto for the items of `conditions`. */
function className(field: string, schema: Schema): string {
  const singular = schema.items === undefined ? field : field.replace(/s$/, '');
  return `${singular.charAt(0).toUpperCase()}${singular.slice(1)}Dto`;
}
