import type { Logger } from '../kubernetes/logger.ts';

/** The traces of this process. */
export interface Tracing {
  /** Logs messages of the SDK and invalid variables. */
  logTo(log: Logger): void;
  /** Exports the remaining spans and stops. */
  end(): Promise<void>;
}

/** Unlike in the specification, there is no default endpoint: a collector seldom runs on localhost. */
export function isExported(env: NodeJS.ProcessEnv): boolean {
  if (valueOf(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  if (valueOf(env, 'OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none') return false;
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  return endpoints.some((variable) => valueOf(env, variable) !== undefined);
}

/** The value of a variable; an empty one counts as not set. */
export function valueOf(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const text = env[variable]?.trim();
  return text === '' ? undefined : text;
}
