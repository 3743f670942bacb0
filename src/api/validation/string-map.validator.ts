import { cut } from '../../workflow-execution/text.ts';
import { HoldsRule } from './holds-rule.ts';
import { lengthOf } from './text.validator.ts';

/** Bounds of a map of strings. */
export interface StringMapBounds {
  /** The most entries. */
  readonly maxProperties?: number;
  /** The most characters in a value. */
  readonly maxLength?: number;
  /** Keys that begin like this are not the caller's to set. */
  readonly reservedPrefix?: string;
  /** What every key must be. */
  readonly keys?: { readonly pattern: RegExp; readonly maxLength: number; readonly message: string };
  /** What every value must be. */
  readonly values?: { readonly pattern: RegExp; readonly message: string };
  /** The most bytes of UTF-8 that all keys and values together may have. */
  readonly bytes?: { readonly max: number; readonly message: string };
}

/** Holds a property to a map of strings within bounds; the message names the key that breaks them. */
export function IsStringMap(bounds: StringMapBounds = {}): PropertyDecorator {
  return HoldsRule('isStringMap', bounds, (value) => brokenRule(value, bounds));
}

function brokenRule(value: unknown, bounds: StringMapBounds): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
  const entries = Object.entries(value);
  const { maxProperties } = bounds;
  if (maxProperties !== undefined && entries.length > maxProperties) {
    return `must have at most ${maxProperties} entries`;
  }
  const broken = entries.map(([key, text]) => brokenEntry(key, text, bounds)).find((rule) => rule !== undefined);
  if (broken !== undefined || bounds.bytes === undefined) return broken;
  const size = entries.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(text)), 0);
  return size > bounds.bytes.max ? `${bounds.bytes.message}; they are ${size}` : undefined;
}

function brokenEntry(
  key: string,
  text: unknown,
  { keys, values, maxLength, reservedPrefix }: StringMapBounds,
): string | undefined {
  if (reservedPrefix !== undefined && key.startsWith(reservedPrefix)) {
    return `'${shortened(key)}' is set by the service only`;
  }
  if (keys !== undefined && (lengthOf(key, keys.maxLength) > keys.maxLength || !keys.pattern.test(key))) {
    return `${keys.message}; '${shortened(key)}' is not`;
  }
  if (typeof text !== 'string') return `the value of '${shortened(key)}' must be a string`;
  if (maxLength !== undefined && lengthOf(text, maxLength) > maxLength) {
    return `the value of '${shortened(key)}' must be at most ${maxLength} characters long`;
  }
  return values !== undefined && !values.pattern.test(text)
    ? `the value of '${shortened(key)}' ${values.message}`
    : undefined;
}

function shortened(key: string): string {
  return cut(key, 80);
}
