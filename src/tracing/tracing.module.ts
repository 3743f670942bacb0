import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { sleep } from '../kubernetes/async.ts';
import { systemClock, type Clock } from '../kubernetes/clock.ts';
import type { Tracing } from './tracing.ts';

/** How long a shutdown waits for the last spans to be exported, in milliseconds. */
const flushMs = 2_000;

/** Exports the last spans at the very end, when everything that makes some has ended. */
class LastSpans implements OnApplicationShutdown {
  constructor(
    private readonly tracing: Tracing,
    private readonly clock: Clock = systemClock,
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
    return { module: TracingModule, providers: [{ provide: LastSpans, useFactory: () => new LastSpans(tracing) }] };
  }
}
