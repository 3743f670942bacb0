import { ValidateIf } from 'class-validator';

/** The property may be left out. Unlike class-validator's `IsOptional`, it may not be null: null is not one of its values. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object: object, value: unknown) => value !== undefined);
}
