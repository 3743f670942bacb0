import { crossFieldViolations } from './cross-field-rules.ts';
import { settings } from './settings.ts';
import type { Setting } from './setting.ts';

/** The configuration of the service: typed, frozen through and through, read once at start. Durations are milliseconds. */
export type Config = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

/** Injection token of the {@link Config}. */
export const CONFIG = Symbol('Config');

/** Variables of the environment break their rules; the message has a line for each, with name, value and rule. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from environment variables. A variable that is not set has its default.
 *
 * @throws ConfigError when any variable breaks its rule
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const read = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => {
    const text = env[setting.variable] ?? setting.default;
    return { key, setting, text, value: setting.rule.parse(text) };
  });
  const broken = read.filter(({ value }) => value === undefined);
  if (broken.length > 0) {
    const lines = broken.map(
      ({ setting, text }) => `${setting.variable} is '${text}' but must be ${setting.rule.allowed}`,
    );
    throw new ConfigError(lines.join('\n'));
  }
  const values = Object.fromEntries(read.map(({ key, value }) => [key, value]));
  const config = frozen(values) as Config; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- every key of `settings` has been parsed by its own rule just above; a mapped type cannot follow Object.entries
  const between = crossFieldViolations(config);
  if (between.length === 0) return config;
  const lines = between.map(
    ({ setting, allowed }) =>
      `${setting.variable} is '${env[setting.variable] ?? setting.default}' but must be ${allowed}`,
  );
  throw new ConfigError(lines.join('\n'));
}

/** A value with everything in it that can not be changed any more. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** Variables that look like settings of this service but are none, such as misspelt ones. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = new Set<string>(Object.values(settings).map(({ variable }) => variable));
  return Object.keys(env).filter((name) => name.startsWith('WFE_') && !known.has(name));
}
