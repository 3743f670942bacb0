import { Backoff } from './backoff.ts';
import { type Random, type Clock } from './clock.ts';
import type { KubernetesClient, Selection } from './client.ts';
import { sleep } from './async.ts';
import { GoneError, KubernetesError, UnavailableError } from './errors.ts';
import type { Logger } from './logger.ts';
import { readHeader, type ObjectHeader } from './kubernetes-object.ts';
import type { ApiResource } from './resource-type.ts';

/** Where a list and watch puts what it sees. `Item` is what the sink makes of an object in a list. */
export interface Sink<Item> {
  /**
   * Called for each object of a list as its page arrives: what is dropped here is not held until the last page is there.
   * `listedAt` is the resource version of the list.
   */
  read(raw: unknown, listedAt: string): Item;
  /** The complete contents at a resource version. */
  replace(items: readonly Item[], resourceVersion: string): void;
  /** One object was added or modified (`present`) or deleted. */
  apply(header: ObjectHeader, raw: unknown, present: boolean): void;
  /** Nothing else has changed up to this resource version. */
  advance(resourceVersion: string): void;
  /** The mirror is not up to date because of this; undefined when it is again. */
  failing(error: KubernetesError | undefined): void;
}

/** Timing of lists and watches; tests shorten it. Milliseconds unless it says seconds. */
export interface ListWatchTiming {
  readonly pageSize: number;
  /** A page of large objects takes a while on a busy server. */
  readonly listTimeoutMs: number;
  /** Until a watch begins. */
  readonly watchTimeoutMs: number;
  /** Bookmarks come once a minute. Silence of two and a half is a dead connection. */
  readonly idleTimeoutMs: number;
  /** The server ends a watch after between one and two times as many seconds, so that not all end together. */
  readonly watchSeconds: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/**
 * What the defaults are made of: client-go's figures, but for the pages. What is read of a page of 500 is too much for V8's
 * young generation, and a list leaves a heap behind that is half garbage (docs/performance.md).
 */
export const defaultTiming: ListWatchTiming = {
  pageSize: 100,
  listTimeoutMs: 60_000,
  watchTimeoutMs: 30_000,
  idleTimeoutMs: 150_000,
  watchSeconds: 300,
  backoff: { baseMs: 800, maxMs: 30_000 },
};

/** A watch that ends in an orderly way after less time than this, with nothing said, is a failure in disguise. */
const suspiciouslyShortMs = 1_000;

/** What a list and watch needs. */
export interface ListWatchOptions<Item> {
  readonly client: Pick<KubernetesClient, 'listRaw' | 'watch'>;
  readonly resource: ApiResource;
  readonly selection: Selection;
  readonly sink: Sink<Item>;
  readonly timing: ListWatchTiming;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Lists a collection, then watches it from there, for as long as it is told. A watch that the server ends in an orderly
 * way is taken up where it ended. Whatever else happens (reset, silence, 410, refusal, garbage) it lists again after a
 * jittered backoff, because only then is it certain that nothing was missed.
 */
export class ListWatch<Item = unknown> {
  readonly #options: ListWatchOptions<Item>;
  readonly #backoff: Backoff;
  /** The resource version to watch from; undefined when the next step is a list. */
  #from: string | undefined;
  /** Ends the watch that is open. */
  #interruption: AbortController | undefined;

  constructor(options: ListWatchOptions<Item>) {
    this.#options = options;
    this.#backoff = new Backoff(options.timing.backoff, options.clock, options.random);
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#from ??= await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        this.#from = undefined;
        if (!signal.aborted) await this.#pause(error, signal);
      }
    }
  }

  /** Lists again at once, in case the watch has missed something. When a list is under way or waited for, that is enough. */
  relist(): void {
    this.#interruption?.abort();
  }

  /** Whether it lists, or waits to list again, rather than watches. */
  get isListing(): boolean {
    return this.#from === undefined;
  }

  /** Lists page by page and hands everything over at once. */
  async #list(signal: AbortSignal): Promise<string> {
    const { sink, timing } = this.#options;
    const { items, resourceVersion } = await this.#pages(signal, timing.pageSize).catch((error: unknown) => {
      // The pages have grown too old while they were read. In one piece they cannot.
      if (error instanceof GoneError) return this.#pages(signal, undefined);
      throw error;
    });
    sink.replace(items, resourceVersion);
    sink.failing(undefined);
    return resourceVersion;
  }

  async #pages(signal: AbortSignal, limit: number | undefined): Promise<{ items: Item[]; resourceVersion: string }> {
    const { client, resource, selection, sink, timing } = this.#options;
    const options = { signal, timeoutMs: timing.listTimeoutMs };
    const items: Item[] = [];
    let token: string | undefined;
    let resourceVersion: string;
    do {
      const page = await client.listRaw(resource, { ...selection, limit, continue: token }, options);
      for (const item of page.items) items.push(sink.read(item, page.resourceVersion));
      token = page.continue;
      resourceVersion = page.resourceVersion;
    } while (token !== undefined);
    return { items, resourceVersion };
  }

  /** Watches until the server ends the watch in an orderly way, or a list is asked for; throws on every other end. */
  async #watch(signal: AbortSignal): Promise<void> {
    const interruption = new AbortController();
    this.#interruption = interruption;
    try {
      await this.#follow(AbortSignal.any([signal, interruption.signal]));
    } catch (error) {
      if (!interruption.signal.aborted) throw error;
    } finally {
      this.#interruption = undefined;
    }
    if (interruption.signal.aborted) this.#from = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, timing, clock, random, sink } = this.#options;
    const from = this.#from ?? '';
    const query = {
      ...selection,
      resourceVersion: from,
      timeoutSeconds: Math.ceil(timing.watchSeconds * (1 + random())),
    };
    const options = { signal, timeoutMs: timing.watchTimeoutMs, idleTimeoutMs: timing.idleTimeoutMs };
    const begun = clock.now().getTime();
    for await (const event of client.watch(resource, query, options)) {
      if (event.type === 'ERROR') throw event.error;
      if (event.type === 'BOOKMARK') {
        this.#from = event.resourceVersion;
        sink.advance(event.resourceVersion);
      } else {
        const header = readHeader(event.raw);
        sink.apply(header, event.raw, event.type !== 'DELETED');
        this.#from = header.resourceVersion;
      }
    }
    if (this.#from === from && clock.now().getTime() - begun < suspiciouslyShortMs) {
      throw new UnavailableError('The watch ended at once');
    }
  }

  async #pause(error: unknown, signal: AbortSignal): Promise<void> {
    const { resource, selection, sink, clock, log } = this.#options;
    const failure = error instanceof KubernetesError ? error : new KubernetesError(String(error), { cause: error });
    sink.failing(failure);
    const delayMs = this.#backoff.next(failure.retryAfterMs);
    const fields = { resource: resource.plural, namespace: selection.namespace, delayMs, err: failure };
    log.warn(fields, 'list and watch broke off, listing again after a pause');
    await sleep(clock, delayMs, signal);
  }
}
