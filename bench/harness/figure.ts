/** One measured value: a row of the table. */
export interface Figure {
  /** Description without unit: `create acknowledged to PipelineRun, p50`. */
  readonly name: string;
  readonly value: number;
  /** Unit such as `ms`, `/s`, `MB`, `%`, `single writes`; empty for a plain number. */
  readonly unit: string;
  readonly aim?: Aim;
}

/** The target of a figure, and whether it is met. */
export interface Aim {
  /** Such as `at most 6 ms`. */
  readonly text: string;
  readonly holds: boolean;
}

/** Checks a value; the unit is for the text. */
export type Check = (value: number, unit: string) => Aim;

/** Creates a figure, with a target if there is a check. NaN meets no target. */
export function figure(name: string, value: number, unit: string, judge?: Check): Figure {
  return { name, value, unit, ...(judge === undefined ? {} : { aim: judge(value, unit) }) };
}

/** Target: at most a limit. */
export function atMost(limit: number): Check {
  return (value, unit) => ({ text: `at most ${limit} ${unit}`.trim(), holds: value <= limit });
}

/** Target: at least a limit. */
export function atLeast(limit: number): Check {
  return (value, unit) => ({ text: `at least ${limit} ${unit}`.trim(), holds: value >= limit });
}

/** Target: an exact value. */
export function exactly(wanted: number): Check {
  return (value, unit) => ({ text: `${wanted} ${unit}`.trim(), holds: value === wanted });
}

/** Prefixes the name of a figure. */
export function prefixed(what: string): (one: Figure) => Figure {
  return (one) => ({ ...one, name: `${what}: ${one.name}` });
}
