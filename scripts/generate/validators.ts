import type { CelRule, Schema } from './crd.ts';

/**
 * The class-validator decorators for a property. CEL rules on a string, or on keys, values or size of a map, become the same
 * rules with the same messages; rules on several fields are left to the API server.
 *
 * @param typeName name of the DTO class of an object
 */
export function validators(schema: Schema, typeName: string): string[] {
  if (schema.enum !== undefined) {
    const message = `must be ${schema.enum.join(' or ')}`;
    return [`@v.IsIn(${JSON.stringify(schema.enum)}, { message: ${JSON.stringify(message)} })`];
  }
  switch (schema.type) {
    case 'string':
      return [`@IsText(${textRule(schema)})`];
    case 'boolean':
      return ['@v.IsBoolean({ message: "must be true or false" })'];
    case 'integer':
      return ['@v.IsInt({ message: "must be a whole number" })', ...limits(schema)];
    case 'number':
      return ['@v.IsNumber({}, { message: "must be a number" })', ...limits(schema)];
    case 'object':
      return schema.properties === undefined
        ? [stringMap(schema)]
        : ['@v.IsObject({ message: "must be an object" })', '@v.ValidateNested()', `@Type(() => ${typeName})`];
    case 'array':
      return [`@IsTextList({ maxItems: ${bound(schema.maxItems)}, items: ${textRule(itemsOf(schema))} })`];
  }
}

/** The first pattern among the rules of a string, for JavaScript's `u` flag. */
export function patternOf(schema: Schema): string | undefined {
  return rulesOf(schema)
    .map(stringPattern)
    .find((found) => found !== undefined);
}

/** The source text of a TextRule. */
function textRule(schema: Schema): string {
  const [pattern, ...more] = rulesOf(schema).flatMap((rule) => patternMembers(rule) ?? []);
  if (more.length > 0) throw new Error('a string has at most one pattern');
  const { minLength = 0, maxLength } = schema;
  const lengths = `minLength: ${minLength}, maxLength: ${bound(maxLength)}`;
  return `{ ${lengths}${pattern === undefined ? '' : `, ${pattern}`} }`;
}

function limits(schema: Schema): string[] {
  const message = JSON.stringify(`must be from ${schema.minimum} to ${schema.maximum}`);
  return [
    `@v.Min(${bound(schema.minimum)}, { message: ${message} })`,
    `@v.Max(${bound(schema.maximum)}, { message: ${message} })`,
  ];
}

function stringMap(schema: Schema): string {
  const keys = rulesOf(schema)
    .map(keyRule)
    .find((found) => found !== undefined);
  const values = rulesOf(schema.additionalProperties ?? schema)
    .map(valueRule)
    .find((found) => found !== undefined);
  const bytes = rulesOf(schema)
    .map(byteRule)
    .find((found) => found !== undefined);
  const bounds = [
    `maxProperties: ${bound(schema.maxProperties)}`,
    `maxLength: ${bound(schema.additionalProperties?.maxLength)}`,
    ...(keys === undefined ? [] : [`keys: ${keys}`]),
    ...(values === undefined ? [] : [`values: ${values}`]),
    ...(bytes === undefined ? [] : [`bytes: ${bytes}`]),
  ];
  return `@IsStringMap({ ${bounds.join(', ')} })`;
}

/** The pattern of a rule that begins with `self.matches('…')`. */
function stringPattern({ rule }: CelRule): string | undefined {
  return javaScriptPattern(/^self\.matches\('((?:[^'\\]|\\.)*)'\)/.exec(rule)?.[1]);
}

/** The rule for the keys of a map. */
export function keysOf(schema: Schema): Keys | undefined {
  return rulesOf(schema)
    .map(keys)
    .find((found) => found !== undefined);
}

/** A rule for the keys of a map. */
interface Keys {
  readonly pattern: string;
  readonly maxLength: number;
}

/** The keys of a rule of the form `self.all(key, key.size() <= N && key.matches('…'))`. */
function keys({ rule }: CelRule): Keys | undefined {
  const found = /^self\.all\(key, key\.size\(\) <= (\d+) && key\.matches\('((?:[^'\\]|\\.)*)'\)\)$/.exec(rule);
  const pattern = javaScriptPattern(found?.[2]);
  return pattern === undefined ? undefined : { pattern, maxLength: Number(found?.[1]) };
}

/** The source text of a rule for keys. */
function keyRule(rule: CelRule): string | undefined {
  const found = keys(rule);
  if (found === undefined) return undefined;
  const { pattern, maxLength } = found;
  return `{ pattern: ${regExp(pattern)}, maxLength: ${maxLength}, message: ${JSON.stringify(rule.message)} }`;
}

/** The source text of a rule for the values of a map. */
export function valueRule(rule: CelRule): string | undefined {
  const members = patternMembers(rule);
  return members === undefined ? undefined : `{ ${members} }`;
}

/** The members `pattern` and `message` of a rule that begins with `self.matches('…')`. */
function patternMembers(rule: CelRule): string | undefined {
  const pattern = stringPattern(rule);
  return pattern === undefined ? undefined : `pattern: ${regExp(pattern)}, message: ${JSON.stringify(rule.message)}`;
}

/** The source text of a rule of the form `self.map(key, bytes(key).size() + bytes(self[key]).size()).sum() <= N`. */
export function byteRule({ rule, message }: CelRule): string | undefined {
  const most = /^self\.map\(key, bytes\(key\)\.size\(\) \+ bytes\(self\[key\]\)\.size\(\)\)\.sum\(\) <= (\d+)$/.exec(
    rule,
  )?.[1];
  return most === undefined ? undefined : `{ max: ${most}, message: ${JSON.stringify(message)} }`;
}

/** Unescapes a CEL string. It must compile: RE2 allows needless escapes, JavaScript's `u` flag does not. */
function javaScriptPattern(celLiteral: string | undefined): string | undefined {
  return celLiteral === undefined ? undefined : new RegExp(celLiteral.replaceAll('\\\\', '\\'), 'u').source;
}

function regExp(pattern: string): string {
  return `new RegExp(${JSON.stringify(pattern)}, 'u')`;
}

/** The CEL rules of a schema. */
export function rulesOf(schema: Schema): CelRule[] {
  return schema['x-kubernetes-validations'] ?? [];
}

function itemsOf({ items }: Schema): Schema {
  if (items?.type === 'string') return items;
  throw new Error('only lists of strings are supported');
}

function bound(value: number | undefined): number {
  if (value === undefined) throw new Error('every number, string and map of the spec needs bounds');
  return value;
}
