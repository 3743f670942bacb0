import { valueKey, type Component } from './components.ts';

/** A Go template expression that is true or false. */
export type Condition = string;

/** A value that is kept under a condition; always without one. */
export interface Conditional<T> {
  readonly when?: Condition;
  readonly value: T;
}

/**
 * True if at least one of the components is enabled. The parentheses allow for values without the component: Helm's
 * `--reuse-values` passes those of the installed chart.
 */
export function anyOf(enabled: readonly Component[]): Condition {
  const each = enabled.map((component) => `(.Values.${valueKey(component)}).enabled`);
  return each.length > 1 ? `or ${each.join(' ')}` : (each[0] ?? 'false');
}

/** True if none of the components is enabled; undefined, which is always true, for none. */
export function noneOf(enabled: readonly Component[]): Condition | undefined {
  return enabled.length === 0 ? undefined : `not ${enclosed(anyOf(enabled))}`;
}

/** True if all conditions are. */
export function allOf(...conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length > 1 ? `and ${given.map(enclosed).join(' ')}` : given[0];
}

function enclosed(expression: string): string {
  return expression.includes(' ') ? `(${expression})` : expression;
}
