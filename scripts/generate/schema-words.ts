/** A JSON object with unchecked members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The bounds that a reference lists, in this order. */
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

/** Describes the type of a schema, with a link to a named one. */
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

/** Describes the rules of a schema besides its type. */
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

/** A string member; empty if it is absent. */
export function text(value: unknown, name: string): string {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** Escapes a text for a table cell. */
export function inCell(content: string): string {
  return content.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

function linked(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return `[${name}](#${name.toLowerCase()})`;
}
