import type { Rule } from './rules.ts';

/** One setting: the environment variable that holds it, how it is read and what it is for. */
export interface Setting<T> {
  readonly variable: `WFE_${string}`;
  readonly rule: Rule<T>;
  /** Text that stands for the variable when it is not set. */
  readonly default: string;
  readonly description: string;
}

/** A setting in one line. */
export function setting<T>(
  variable: Setting<T>['variable'],
  rule: Rule<T>,
  default_: string,
  description: string,
): Setting<T> {
  return { variable, rule, default: default_, description };
}
