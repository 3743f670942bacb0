import { Logger as NestLogger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sleep } from './async.ts';
import type { Clock } from './clock.ts';
import { compactHeap } from './heap-compaction.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';
import type { Reflector } from './reflector.ts';
import type { Store } from './store.ts';

/** Time between two log lines about lists in progress, in milliseconds. */
const progressMs = 5_000;

/** A reflector of any resource. */
export type RunningReflector = Pick<
  Reflector<KubernetesObject>,
  | 'run'
  | 'resource'
  | 'name'
  | 'isBackground'
  | 'hasSynced'
  | 'isListing'
  | 'objectsRead'
  | 'failure'
  | 'onFailure'
  | 'waitForSync'
> & { readonly store: Pick<Store<KubernetesObject>, 'size'> };

/**
 * Starts the reflectors once every module is initialized, so that handlers added in constructors or `onModuleInit` miss nothing.
 * Stops them and closes the connections last, so that `beforeApplicationShutdown` can drain with current stores.
 */
export class ReflectorRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly config: PooledKubeConfig;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly stop = new AbortController();
  private readonly added: RunningReflector[] = [];
  private runs: Promise<void>[] = [];

  constructor(config: PooledKubeConfig, clock: Clock, log: Logger) {
    this.config = config;
    this.clock = clock;
    this.log = log;
  }

  /** Adds a reflector, before the start, and returns it. */
  add<T extends KubernetesObject>(reflector: Reflector<T>): Reflector<T> {
    this.added.push(reflector);
    return reflector;
  }

  /** All reflectors of the application. */
  get reflectors(): readonly RunningReflector[] {
    return this.added;
  }

  onApplicationBootstrap(): void {
    const { signal } = this.stop;
    const { clock, log } = this;
    const first = this.added.filter(({ isBackground }) => !isBackground);
    this.runs = first.map((reflector) => reflector.run(signal));
    this.runs.push(this.runBackground(first, signal));
    this.runs.push(this.logProgress(signal));
    this.runs.push(compactHeap(this.added, signal, { clock, log }).catch(() => undefined));
  }

  private async runBackground(first: readonly RunningReflector[], signal: AbortSignal): Promise<void> {
    await Promise.allSettled(first.map((reflector) => reflector.waitForSync(signal)));
    await Promise.all(this.added.filter(({ isBackground }) => isBackground).map((reflector) => reflector.run(signal)));
  }

  /** Logs how far the first lists are until they are complete. */
  private async logProgress(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.clock, progressMs, signal);
      const listing = this.added.filter(({ hasSynced }) => !hasSynced);
      if (signal.aborted || listing.length === 0) return;
      for (const { name, objectsRead } of listing) this.log.info({ resource: name, objectsRead }, 'listing');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.runs);
    await this.config.close();
  }
}

/** A {@link Logger} that writes to the application's Nest logger. */
export function nestLogger(context: string): Logger {
  const log = new NestLogger(context);
  return {
    debug: (fields, msg) => log.debug({ ...fields, msg }),
    info: (fields, msg) => log.log({ ...fields, msg }),
    warn: (fields, msg) => log.warn({ ...fields, msg }),
    error: (fields, msg) => log.error({ ...fields, msg }),
  };
}
