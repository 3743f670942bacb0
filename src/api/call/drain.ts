import { Inject, Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { ApiError } from '../errors/api-error.ts';
import { OpenStreams } from './open-streams.ts';

/** A server that can shut down gracefully. */
export interface DrainableServer {
  /** Accepts no new calls; resolves when those in flight have ended. */
  close(): Promise<void>;
  /** Ends the calls in flight. */
  force(): void;
}

/**
 * Graceful shutdown (docs/adr/0018-shutdown.md): serves for WFE_DRAIN_DELAY, so that load balancers notice; then ends
 * streams, accepts no new calls and lets those in flight finish; at WFE_SHUTDOWN_TIMEOUT it ends them.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');
  private readonly servers = new Set<DrainableServer>();
  private started = false;

  constructor(
    private readonly streams: OpenStreams,
    @Inject(CONFIG) private readonly config: Pick<Config, 'drainDelayMs' | 'shutdownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether shutdown has started. */
  get hasStarted(): boolean {
    return this.started;
  }

  add(server: DrainableServer): void {
    this.servers.add(server);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.started = true;
    const { drainDelayMs, shutdownMs } = this.config;
    await sleep(this.clock, drainDelayMs);
    this.streams.endAll(
      new ApiError(
        'Unavailable',
        'this replica is shutting down; resume on another one from the last resource version',
        {
          retryAfterMs: 0,
        },
      ),
    );
    const timer = new AbortController();
    const closed = Promise.all([...this.servers].map((server) => server.close())).then(() => true);
    const late = sleep(this.clock, shutdownMs - drainDelayMs, timer.signal).then(() => false);
    if (!(await Promise.race([closed, late]))) this.force();
    timer.abort();
  }

  private force(): void {
    this.logger.warn({ msg: 'WFE_SHUTDOWN_TIMEOUT exceeded; ending calls in flight' });
    for (const server of this.servers) server.force();
  }
}
