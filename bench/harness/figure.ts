/** One measured value, as it stands in a row of the table. */
export interface Figure {
  /** What it is, in words, without its unit: `create acknowledged to PipelineRun, p50`. */
  readonly name: string;
  readonly value: number;
  /** Such as `ms`, `/s`, `MB`, `%`, `single writes`; empty for a plain number. */
  readonly unit: string;
  readonly aim?: Aim;
}

/** What a figure should be, and whether it is. */
export interface Aim {
  /** Such as `at most 6 ms`. */
  readonly text: string;
  readonly holds: boolean;
}

/** Judges a value; the unit is for the text. */
export type Check = (value: number, unit: string) => Aim;

/** A figure; with a judge it has an aim. A value that is no number meets none. */
export function figure(name: string, value: number, unit: string, judge?: Check): Figure {
  return { name, value, unit, ...(judge === undefined ? {} : { aim: judge(value, unit) }) };
}

/** The aim of a value that should not be above a limit. */
export function atMost(limit: number): Check {
  return (value, unit) => ({ text: `at most ${limit} ${unit}`.trim(), holds: value <= limit });
}

/** The aim of a value that should not be below a limit. */
export function atLeast(limit: number): Check {
  return (value, unit) => ({ text: `at least ${limit} ${unit}`.trim(), holds: value >= limit });
}

/** The aim of a value that has to be exactly this. */
export function exactly(wanted: number): Check {
  return (value, unit) => ({ text: `${wanted} ${unit}`.trim(), holds: value === wanted });
}

/** The same figure of something else, which its name says first. */
export function prefixed(what: string): (one: Figure) => Figure {
  return (one) => ({ ...one, name: `${what}: ${one.name}` });
}
