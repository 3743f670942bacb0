import { Inject, Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { ApiError } from '../errors/api-error.ts';
import { OpenStreams } from './open-streams.ts';

/** A server that can be ended without losing what it is about. */
export interface DrainableServer {
  /** Takes nothing new; resolves when what it has begun is answered. */
  close(): Promise<void>;
  /** Ends what is left, answered or not. */
  force(): void;
}

/**
 * Ends the API in the order in which nobody loses anything (docs/adr/0018-shutdown.md): it goes on as before for a while,
 * so that whoever sends calls here learns that it stops; then it tells open streams to go on elsewhere, takes no new
 * calls and lets those in flight end; at the limit it ends them.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');
  private readonly servers = new Set<DrainableServer>();
  private begun = false;

  constructor(
    private readonly streams: OpenStreams,
    @Inject(CONFIG) private readonly config: Pick<Config, 'drainDelayMs' | 'shutdownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether the service has been told to stop. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Has a server ended with the others. */
  add(server: DrainableServer): void {
    this.servers.add(server);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.begun = true;
    const { drainDelayMs, shutdownMs } = this.config;
    await sleep(this.clock, drainDelayMs);
    this.streams.endAll(
      new ApiError('Unavailable', 'this replica stops: go on at another one, from the last resource version', {
        retryAfterMs: 0,
      }),
    );
    const timer = new AbortController();
    const closed = Promise.all([...this.servers].map((server) => server.close())).then(() => true);
    const late = sleep(this.clock, shutdownMs - drainDelayMs, timer.signal).then(() => false);
    if (!(await Promise.race([closed, late]))) this.force();
    timer.abort();
  }

  private force(): void {
    this.logger.warn({ msg: 'calls are ended unanswered: they have taken longer than WFE_SHUTDOWN_TIMEOUT' });
    for (const server of this.servers) server.force();
  }
}
