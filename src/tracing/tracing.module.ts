import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import type { Tracing } from './tracing.ts';

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
