import type { ValidationError } from 'class-validator';
import type { FieldViolation } from '../errors/api-error.ts';

/**
 * Where a field breaks one of these rules, what its other rules say is noise: a missing field is not of the wrong type, and
 * an empty one breaks every pattern.
 */
const decisive = ['isDefined', 'isText', 'isObject', 'isNumber', 'isInt', 'isBoolean', 'isStringMap'];

/** The broken rules that class-validator found, field by field, in the order of the fields. */
export function toViolations(errors: readonly ValidationError[], parent: readonly string[] = []): FieldViolation[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const path = [...parent, property];
    const own = rulesOf(constraints).map((message) => ({ path, message }));
    // The parts of a value of the wrong type have no fields to speak of.
    return own.length > 0 ? own : toViolations(children, path);
  });
}

function rulesOf({ nestedValidation: _nested, ...constraints }: Record<string, string>): string[] {
  if ('whitelistValidation' in constraints) return ['is not a known field'];
  const first = decisive.find((name) => name in constraints);
  // class-validator lists the rules from the last decorator to the first.
  return first === undefined ? Object.values(constraints).reverse() : [constraints[first] ?? ''];
}
