import type { Logger } from '../kubernetes/logger.ts';
import { isExported, type Variables } from './otel-endpoint.ts';

/** The traces of this process. */
export interface Tracing {
  /** Lets the log have what the SDK says, and which variables it does not understand. */
  logTo(log: Logger): void;
  /** Exports what there is, and nothing from then on. */
  end(): Promise<void>;
}

const off: Tracing = { logTo: () => undefined, end: () => Promise.resolve() };

/**
 * Begins to make traces, when the standard variables of OpenTelemetry say where to. Call it once, before anything that is
 * to be traced; without an endpoint it does nothing, spans cost nothing, and the SDK is not even loaded.
 *
 * @param env the environment of this very process
 */
export async function startTracing(env: Variables, version: string): Promise<Tracing> {
  if (!isExported(env)) return off;
  const { exportTraces } = await import('./export-traces.ts');
  return exportTraces(env, version);
}
