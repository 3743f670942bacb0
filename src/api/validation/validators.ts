import { ValidateBy, ValidateIf } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import { truncate } from '../../workflow-execution/text.ts';

/** The property may be absent. Unlike with class-validator's `IsOptional`, it may not be null. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object: object, value: unknown) => value !== undefined);
}

/** The rule of a text. The length is checked before the pattern, so that no pattern is tried on a long text. */
export interface TextRule {
  /** In characters; 0 by default. */
  readonly minLength?: number;
  /** In characters. */
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** Answer if the pattern does not match. */
  readonly message?: string;
  /** Answer if the value is not a string. */
  readonly typeMessage?: string;
  /** The answer to a text that breaks a further rule. */
  readonly violation?: (text: string) => string | undefined;
}

/** Validates a string. At most one violation is reported. */
export function IsText(rule: TextRule): PropertyDecorator {
  return Validated('isText', rule, (value) => textViolation(value, rule));
}

/** The rule of a list of different texts. */
export interface TextListRule {
  readonly maxItems: number;
  readonly items: TextRule;
}

/** Validates a list of different strings. */
export function IsTextList(rule: TextListRule): PropertyDecorator {
  return Validated('isTextList', rule.items, (value) => listViolation(value, rule));
}

/** The rule of a map of strings. */
export interface StringMapRule {
  readonly maxProperties?: number;
  /** Of a value, in characters. */
  readonly maxLength?: number;
  /** Prefix of keys that callers may not set. */
  readonly reservedPrefix?: string;
  readonly keys?: { readonly pattern: RegExp; readonly maxLength: number; readonly message: string };
  readonly values?: { readonly pattern: RegExp; readonly message: string };
  /** Of all keys and values together, in UTF-8. */
  readonly bytes?: { readonly max: number; readonly message: string };
}

/** Validates a map of strings; the message names the invalid key. */
export function IsStringMap(rule: StringMapRule = {}): PropertyDecorator {
  return Validated('isStringMap', rule, (value) => mapViolation(value, rule));
}

/**
 * Validates a property by a function.
 *
 * @param name of the constraint in validation errors
 * @param rule kept in the metadata of the property
 * @param violation the message for a value, to follow the field's name; undefined if the value is valid
 */
function Validated(name: string, rule: object, violation: (value: unknown) => string | undefined): PropertyDecorator {
  return ValidateBy({
    name,
    constraints: [rule],
    validator: {
      validate: (value: unknown) => violation(value) === undefined,
      defaultMessage: (arguments_?: ValidationArguments) => violation(arguments_?.value) ?? '',
    },
  });
}

/** The first rule that a value violates, to follow the field's name; undefined if it is valid. */
export function textViolation(value: unknown, rule: TextRule): string | undefined {
  const { minLength = 0, maxLength, pattern, message = 'must have the documented form' } = rule;
  if (typeof value !== 'string') return rule.typeMessage ?? 'must be a string';
  const length = lengthOf(value, maxLength);
  if (length < minLength || length > maxLength) {
    return `must be ${minLength > 0 ? `${minLength} to` : 'at most'} ${maxLength} characters long`;
  }
  return pattern === undefined || pattern.test(value) ? rule.violation?.(value) : message;
}

function listViolation(value: unknown, { maxItems, items }: TextListRule): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of strings';
  if (value.length > maxItems) return `must have at most ${maxItems} items`;
  const violation = value.map((item) => textViolation(item, items)).find((message) => message !== undefined);
  if (violation !== undefined) return `every item ${violation}`;
  return new Set(value).size < value.length ? 'must not have an item twice' : undefined;
}

function mapViolation(value: unknown, rule: StringMapRule): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
  const entries = Object.entries(value);
  const { maxProperties, bytes } = rule;
  if (maxProperties !== undefined && entries.length > maxProperties) {
    return `must have at most ${maxProperties} entries`;
  }
  const violation = entries.map(([key, text]) => entryViolation(key, text, rule)).find((one) => one !== undefined);
  if (violation !== undefined || bytes === undefined) return violation;
  const size = entries.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(text)), 0);
  return size > bytes.max ? `${bytes.message}; they are ${size}` : undefined;
}

function entryViolation(
  key: string,
  text: unknown,
  { keys, values, maxLength, reservedPrefix }: StringMapRule,
): string | undefined {
  const shown = truncate(key, 80);
  if (reservedPrefix !== undefined && key.startsWith(reservedPrefix)) return `'${shown}' is set by the service only`;
  if (keys !== undefined && (lengthOf(key, keys.maxLength) > keys.maxLength || !keys.pattern.test(key))) {
    return `${keys.message}; '${shown}' is not`;
  }
  if (typeof text !== 'string') return `the value of '${shown}' must be a string`;
  if (maxLength !== undefined && lengthOf(text, maxLength) > maxLength) {
    return `the value of '${shown}' must be at most ${maxLength} characters long`;
  }
  return values !== undefined && !values.pattern.test(text) ? `the value of '${shown}' ${values.message}` : undefined;
}

/** Length in code points, as the API server counts; texts that exceed the maximum in any case are not counted. */
function lengthOf(text: string, maxLength: number): number {
  return text.length > 2 * maxLength ? text.length : [...text].length;
}
