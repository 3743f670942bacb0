import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { isExported, type Tracing } from './tracing.ts';

const off: Tracing = { logTo: () => undefined, end: () => Promise.resolve() };

/**
 * Starts exporting traces if OpenTelemetry's standard variables configure an endpoint. Call it once, before anything that
 * creates spans. Without an endpoint the SDK is not loaded, and spans are no-ops.
 *
 * @param env the environment of this process
 */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing> {
  if (!isExported(env)) return off;
  const { exportTraces } = await import('./export-traces.ts');
  return exportTraces(env, version);
}

/** How long a shutdown waits for the export of the last spans, in milliseconds. */
const flushMs = 2_000;

const TRACING = Symbol('Tracing');

/** Exports the last spans at the end of a shutdown. */
@Injectable()
class SpanFlush implements OnApplicationShutdown {
  constructor(
    @Inject(TRACING) private readonly tracing: Tracing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const timer = new AbortController();
    const ended = this.tracing.end().catch(() => undefined);
    await Promise.race([ended, sleep(this.clock, flushMs, timer.signal)]);
    timer.abort();
  }
}

/** Ends the traces of the process with the application. */
@Module({})
export class TracingModule {
  static forRoot(tracing: Tracing): DynamicModule {
    return { module: TracingModule, providers: [{ provide: TRACING, useValue: tracing }, SpanFlush] };
  }
}
