import { isObject, type JsonObject } from './json-object.ts';

/** The bounds of a schema that are told as they are, in this order. */
const bounds = [
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'default',
] as const;

/** The type of a schema in the words of a reference, with a link where it has a name. */
export function typeOf(schema: JsonObject): string {
  const { $ref, allOf, oneOf, items, additionalProperties, type, format } = schema;
  if (typeof $ref === 'string') return linked($ref);
  const [only] = Array.isArray(allOf) ? allOf.filter(isObject) : [];
  if (only !== undefined) return typeOf(only);
  if (Array.isArray(oneOf)) return oneOf.filter(isObject).map(typeOf).join(' or ');
  if (isObject(items)) return `list of ${typeOf(items)}`;
  if (isObject(additionalProperties)) return `map to ${typeOf(additionalProperties)}`;
  if (typeof type !== 'string') return 'any';
  return typeof format === 'string' ? `${type} (${format})` : type;
}

/** What a value has to keep to, beyond its type. */
export function ruleOf(schema: JsonObject): string {
  const { pattern, items } = schema;
  const values = schema['enum'];
  return [
    ...(Array.isArray(values) ? [values.map((value) => `\`${String(value)}\``).join(', ')] : []),
    ...bounds.flatMap((name) => (schema[name] === undefined ? [] : [`${name} ${JSON.stringify(schema[name])}`])),
    ...(typeof pattern === 'string' ? [`\`${inCell(pattern)}\``] : []),
    ...(isObject(items) ? [ruleOf(items)].filter((rule) => rule !== '').map((rule) => `each: ${rule}`) : []),
  ].join('; ');
}

/** The members of an object that are objects. */
export function objectsOf(value: unknown): readonly (readonly [string, JsonObject])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (isObject(member) ? [[name, member] as const] : []));
}

/** A text member; empty when there is none. */
export function text(value: unknown, name: string): string {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** A text for a cell of a table. */
export function inCell(content: string): string {
  return content.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

function linked(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return `[${name}](#${name.toLowerCase()})`;
}
