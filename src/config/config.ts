import { readFileSync } from 'node:fs';
import { crossFieldViolations } from './cross-field-rules.ts';
import type { Setting } from './rules.ts';
import { settings } from './settings.ts';

/** The configuration of the service, read once at start. Durations are milliseconds. */
export type Config = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

/** Injection token of the {@link Config}. */
export const CONFIG = Symbol('Config');

/** Whether the executions of a namespace are served. */
export function serves({ watchNamespaces }: Pick<Config, 'watchNamespaces'>, namespace: string): boolean {
  return watchNamespaces.length === 0 || watchNamespaces.includes(namespace);
}

/** Invalid environment variables; the message has a line with name, value and rule for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from environment variables, or their defaults.
 *
 * @throws ConfigError if a variable breaks its rule
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => {
    return { key, setting, value: setting.rule.parse(textOf(setting, env)) };
  });
  const invalid = parsed.filter(({ value }) => value === undefined);
  refuse(
    invalid.map(({ setting }) => ({ setting, allowed: setting.rule.allowed })),
    env,
  );
  const values = Object.fromEntries(parsed.map(({ key, value }) => [key, value]));
  const config = values as Config; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- every key of `settings` has been parsed by its own rule just above; a mapped type cannot follow Object.entries
  refuse(crossFieldViolations(config), env);
  return config;
}

/** A broken rule. */
export interface Violation {
  readonly setting: Setting<unknown>;
  readonly allowed: string;
}

function refuse(violations: readonly Violation[], env: NodeJS.ProcessEnv): void {
  if (violations.length === 0) return;
  const lines = violations.map(
    ({ setting, allowed }) => `${setting.variable} is '${textOf(setting, env)}' but must be ${allowed}`,
  );
  throw new ConfigError(lines.join('\n'));
}

function textOf(setting: Setting<unknown>, env: NodeJS.ProcessEnv): string {
  return env[setting.variable] ?? setting.default;
}

/** Variables with the prefix `WFE_` that are not settings, such as misspelt ones. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set<string>(Object.values(settings).map(({ variable }) => variable));
  return Object.keys(env).filter((variable) => variable.startsWith('WFE_') && !known.has(variable));
}

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The environment with WFE_NAMESPACE defaulting to the pod's namespace, in a pod. */
export function withPodNamespace(
  env: NodeJS.ProcessEnv,
  read: (file: string) => string | Buffer = readFileSync,
): NodeJS.ProcessEnv {
  if (env['WFE_NAMESPACE'] !== undefined) return env;
  try {
    return { ...env, WFE_NAMESPACE: read(namespaceFile).toString().trim() };
  } catch {
    return env; // Not a pod, or one without a ServiceAccount token.
  }
}
