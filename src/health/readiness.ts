import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ApiServer } from './api-server.ts';
import { allWell, type Finding } from './finding.ts';
import { Stores } from './stores.ts';

/** How often it is looked whether the service is ready, in milliseconds. */
const lookEveryMs = 1_000;

/**
 * Whether calls should be sent to this replica: everything of the cluster has been read, the API server answers, and nobody
 * has told the service to stop. The one truth behind /readyz and gRPC health.
 */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Health');
  private readonly stop = new AbortController();
  private readonly handlers: ((isReady: boolean) => void)[] = [];
  private isReady = false;

  constructor(
    private readonly stores: Stores,
    private readonly apiServer: ApiServer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { signal } = this.stop;
    const look = (): void => void this.look();
    void this.stores.synced(signal, look);
    void this.apiServer.run(signal, look);
    void this.lookRegularly(signal);
  }

  /** Not ready any more from the moment of the signal, before anything else ends. */
  onModuleDestroy(): void {
    this.stop.abort();
    this.look();
  }

  /** Calls `handler` whenever the service has become ready, or is not so any more. It was not when it began. */
  onChange(handler: (isReady: boolean) => void): void {
    this.handlers.push(handler);
  }

  /** What there is to find now; who is told of changes has been told when this returns. */
  look(): readonly Finding[] {
    const findings = this.findings();
    const isReady = allWell(findings);
    if (isReady === this.isReady) return findings;
    this.isReady = isReady;
    this.log(findings);
    for (const handler of this.handlers) handler(isReady);
    return findings;
  }

  private findings(): Finding[] {
    const isTold = this.stop.signal.aborted;
    const shutdown = {
      name: 'shutdown',
      isWell: !isTold,
      message: isTold ? 'the service was told to stop' : undefined,
    };
    return [...this.stores.findings(), this.apiServer.finding(), shutdown];
  }

  private log(findings: readonly Finding[]): void {
    if (this.isReady) return this.logger.log({ msg: 'ready for calls' });
    const missing = findings.filter(({ isWell }) => !isWell).map(({ name, message }) => `${name}: ${message}`);
    this.logger.warn({ msg: 'not ready for calls', missing });
  }

  private async lookRegularly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.look();
      await sleep(this.clock, lookEveryMs, signal);
    }
  }
}
