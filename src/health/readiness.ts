import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ApiServerProbe } from './api-server-probe.ts';
import { CacheHealth } from './cache-health.ts';
import { combine, isHealthy, result } from './health-rules.ts';

/** Pause between two checks, in milliseconds. */
const periodMs = 1_000;

/**
 * Whether this replica can serve calls: the caches are current, the API server responds, and the process is not shutting
 * down. Both /readyz and gRPC health report it.
 */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Health');
  private readonly stop = new AbortController();
  private readonly handlers: ((isReady: boolean) => void)[] = [];
  private readonly checks: (() => HealthIndicatorResult)[] = [];
  private isReady = false;

  constructor(
    private readonly caches: CacheHealth,
    private readonly apiServer: ApiServerProbe,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.addCheck(() => caches.current());
    this.addCheck(() => apiServer.check());
  }

  onApplicationBootstrap(): void {
    const { signal } = this.stop;
    const check = (): void => void this.check();
    void this.caches.waitForSync(signal, check);
    void this.apiServer.run(signal, check);
    void this.run(signal);
  }

  /** The first hook of a shutdown: not ready before anything else ends. */
  onModuleDestroy(): void {
    this.stop.abort();
    this.check();
  }

  /** Adds a check, also one that only another module, such as the API, can make. It is called every second. */
  addCheck(check: () => HealthIndicatorResult): void {
    this.checks.push(check);
  }

  /** Calls `handler` when readiness changes; the service starts as not ready. */
  onChange(handler: (isReady: boolean) => void): void {
    this.handlers.push(handler);
  }

  /** The current checks. Handlers of a change have been called when this returns. */
  check(): HealthIndicatorResult {
    const isStopping = this.stop.signal.aborted;
    const shutdown = result('shutdown', !isStopping, isStopping ? 'the service is shutting down' : undefined);
    const checks = combine([...this.checks.map((check) => check()), shutdown]);
    const isReady = isHealthy(checks);
    if (isReady !== this.isReady) {
      this.isReady = isReady;
      this.log(checks);
      for (const handler of this.handlers) handler(isReady);
    }
    return checks;
  }

  private log(checks: HealthIndicatorResult): void {
    if (this.isReady) return this.logger.log({ msg: 'ready for calls' });
    const missing = Object.entries(checks)
      .filter(([, { status }]) => status === 'down')
      .map(([name, { message }]) => `${name}: ${message}`);
    this.logger.warn({ msg: 'not ready for calls', missing });
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.check();
      await sleep(this.clock, periodMs, signal);
    }
  }
}
