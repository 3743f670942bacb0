/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Without an endpoint nothing is exported: the specification's default, this machine, is seldom where a collector is. */
export function isExported(env: Variables): boolean {
  if (valueOf(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  if (valueOf(env, 'OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none') return false;
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  return endpoints.some((variable) => valueOf(env, variable) !== undefined);
}

/** An empty variable is one that is not set. */
export function valueOf(env: Variables, variable: string): string | undefined {
  const text = env[variable]?.trim();
  return text === '' ? undefined : text;
}
