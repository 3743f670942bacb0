import { registerDecorator } from 'class-validator';
import type { ValidationArguments } from 'class-validator';

/**
 * Holds a property to a rule of its own.
 *
 * @param name of the rule, by which violations are told apart
 * @param constraint what the rule is made of, kept with the property
 * @param broken the rule that a value breaks, in words that follow the field's name; undefined when it breaks none
 */
export function HoldsRule(
  name: string,
  constraint: object,
  broken: (value: unknown) => string | undefined,
): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      constraints: [constraint],
      validator: {
        validate: (value: unknown) => broken(value) === undefined,
        defaultMessage: (arguments_?: ValidationArguments) => broken(arguments_?.value) ?? '',
      },
    });
  };
}
