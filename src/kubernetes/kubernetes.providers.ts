import { Logger as NestLogger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { compactHeap } from './heap-compaction.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';
import type { Reflector } from './reflector.ts';
import type { Store } from './store.ts';

/** A reflector, for those who do not care for what it mirrors. */
export type RunningReflector = Pick<
  Reflector<KubernetesObject>,
  'run' | 'resource' | 'hasSynced' | 'isListing' | 'failure' | 'onFailure' | 'waitForSync'
> & { readonly store: Pick<Store<KubernetesObject>, 'size'> };

/**
 * Starts the reflectors when every module is initialised (handlers are added in constructors or `onModuleInit`), and
 * stops them and the connections at the very end, so that `beforeApplicationShutdown` may still drain with fresh stores.
 */
export class ReflectorRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #config: PooledKubeConfig;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #reflectors: RunningReflector[] = [];
  #runs: Promise<void>[] = [];

  constructor(config: PooledKubeConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** Takes a reflector in; returns it. Only before the start. */
  add<T extends KubernetesObject>(reflector: Reflector<T>): Reflector<T> {
    this.#reflectors.push(reflector);
    return reflector;
  }

  /** Every reflector of the application. */
  get reflectors(): readonly RunningReflector[] {
    return this.#reflectors;
  }

  onApplicationBootstrap(): void {
    const { signal } = this.#stop;
    const listed = Promise.all(this.#reflectors.map((reflector) => reflector.waitForSync(signal)));
    const isListing = () => this.#reflectors.some((reflector) => reflector.isListing);
    const compacting = compactHeap({ listed, isListing }, signal, { log: this.#log });
    this.#runs = [...this.#reflectors.map((reflector) => reflector.run(signal)), compacting];
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#runs);
    await this.#config.close();
  }
}

/** The toolkit's log lines through the application's Nest logger. */
export function nestLogger(context: string): Logger {
  const log = new NestLogger(context);
  return {
    debug: (fields, msg) => log.debug({ ...fields, msg }),
    info: (fields, msg) => log.log({ ...fields, msg }),
    warn: (fields, msg) => log.warn({ ...fields, msg }),
    error: (fields, msg) => log.error({ ...fields, msg }),
  };
}
