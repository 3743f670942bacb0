import type { CustomResource, Schema } from './crd.ts';
import { titles } from './types.ts';

/** A type of Go as fields have it. */
export type GoType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'struct'; readonly name: string }
  /** A type of apimachinery with a DeepCopyInto of its own. */
  | { readonly kind: 'imported'; readonly name: string }
  | { readonly kind: 'pointer' | 'slice' | 'map'; readonly element: GoType };

/** A field of a struct. */
export interface GoField {
  readonly name: string;
  /** Its name in JSON. */
  readonly json: string;
  readonly type: GoType;
  readonly isOptional: boolean;
  readonly description: string;
}

/** A struct for an object of the schema. */
export interface GoStruct {
  readonly kind: 'struct';
  readonly name: string;
  readonly description: string;
  readonly fields: readonly GoField[];
}

/** A string type with constants for an enumeration of the schema. */
export interface GoEnum {
  readonly kind: 'enum';
  readonly name: string;
  readonly description: string;
  readonly values: readonly string[];
}

/** The schema of conditions is the standard one, for which apimachinery has a type and functions. */
const conditionsPath = 'status.conditions';

/** The types of the resource in the order of the schema: each before those that it uses. */
export function goTypes({ kind, schema }: CustomResource): readonly (GoStruct | GoEnum)[] {
  const types: (GoStruct | GoEnum)[] = [];
  for (const part of ['spec', 'status']) {
    const child = schema.properties?.[part];
    if (child === undefined) throw new Error(`${kind} has no ${part}`);
    collect(child, part, types);
  }
  return types;
}

/** The part of a path that follows the name of the resource, such as `Spec`, in the style of Go. */
export function goName(json: string): string {
  return json
    .replace(/^(api|ttl|uid)(?=[A-Z]|$)/, (word) => word.toUpperCase())
    .replace(/Id$/, 'ID')
    .replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

function collect(schema: Schema, path: string, types: (GoStruct | GoEnum)[]): void {
  const [name, description] = [nameOf(path), schema.description ?? ''];
  if (schema.enum !== undefined) {
    types.push({ kind: 'enum', name, description, values: schema.enum });
    return;
  }
  const properties = Object.entries(schema.properties ?? {});
  const fields = properties.map(([json, property]) => {
    const isOptional = !(schema.required ?? []).includes(json);
    const type = fieldType(property, `${path}.${json}`, isOptional);
    return { name: goName(json), json, type, isOptional, description: property.description ?? '' };
  });
  types.push({ kind: 'struct', name, description, fields });
  for (const [json, property] of properties) {
    const [part, at] = itemOf(property, `${path}.${json}`);
    if (part.enum !== undefined || part.properties !== undefined) collect(part, at, types);
  }
}

/** What a list has, unless Go has a type for it; of everything else itself. */
function itemOf(schema: Schema, path: string): readonly [Schema, string] {
  return schema.items === undefined || path === conditionsPath ? [schema, path] : [schema.items, `${path}.items`];
}

function nameOf(path: string): string {
  const name = titles[path];
  if (name === undefined) throw new Error(`${path} has no name in types.ts`);
  return name;
}

/**
 * The type of a field. Optional objects, times and numbers are pointers, because their zero value is not the same as none;
 * optional strings, booleans and generations (int64), of which zero is no valid value, are not.
 */
function fieldType(schema: Schema, path: string, isOptional: boolean): GoType {
  const type = valueType(schema, path);
  const isNilable = type.kind === 'slice' || type.kind === 'map';
  const isPlain =
    type.kind === 'scalar' && ((schema.type !== 'number' && schema.type !== 'integer') || schema.format === 'int64');
  return !isOptional || isNilable || isPlain ? type : { kind: 'pointer', element: type };
}

function valueType(schema: Schema, path: string): GoType {
  if (schema.items !== undefined) return { kind: 'slice', element: itemType(schema.items, path) };
  if (schema.additionalProperties !== undefined) {
    return { kind: 'map', element: valueType(schema.additionalProperties, `${path}.values`) };
  }
  if (schema.properties !== undefined) return { kind: 'struct', name: nameOf(path) };
  if (schema.enum !== undefined) return { kind: 'scalar', name: nameOf(path) };
  if (schema.format === 'date-time') return { kind: 'imported', name: 'metav1.Time' };
  if (path.endsWith('.uid')) return { kind: 'scalar', name: 'types.UID' };
  return { kind: 'scalar', name: scalarName(schema, path) };
}

function itemType(items: Schema, path: string): GoType {
  if (path === conditionsPath) return { kind: 'imported', name: 'metav1.Condition' };
  return valueType(items, `${path}.items`);
}

function scalarName({ type, format }: Schema, path: string): string {
  if (type === 'string') return 'string';
  if (type === 'boolean') return 'bool';
  if (type === 'integer' && (format === 'int32' || format === 'int64')) return format;
  if (type === 'number') return 'float64';
  throw new Error(`${path} has no type of Go`);
}
