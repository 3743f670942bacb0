import { registerDecorator } from 'class-validator';
import type { ValidationArguments } from 'class-validator';

/** Bounds of a map of strings: entries in all, and characters in each value. */
export interface StringMapBounds {
  readonly maxProperties: number;
  readonly maxLength: number;
}

/** Holds a property to a map of strings within bounds; the message names the key that breaks them. */
export function IsStringMap(bounds: StringMapBounds): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isStringMap',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => violationOf(value, bounds) === undefined,
        defaultMessage: (arguments_?: ValidationArguments) => violationOf(arguments_?.value, bounds) ?? '',
      },
    });
  };
}

function violationOf(value: unknown, { maxProperties, maxLength }: StringMapBounds): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
  const entries = Object.entries(value);
  if (entries.length > maxProperties) return `must have at most ${maxProperties} entries`;
  const wrong = entries.find(([, text]) => typeof text !== 'string');
  if (wrong !== undefined) return `${wrong[0]} must be a string`;
  const long = entries.find(([, text]) => String(text).length > maxLength);
  return long === undefined ? undefined : `${long[0]} must be at most ${maxLength} characters long`;
}
