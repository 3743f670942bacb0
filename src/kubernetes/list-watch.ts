import { sleep } from './async.ts';
import { Backoff } from './backoff.ts';
import type { KubernetesClient, Selection } from './client.ts';
import type { Clock, Random } from './clock.ts';
import { CancelledError, GoneError, InvalidError, KubernetesError, UnavailableError } from './errors.ts';
import { keyToString, readHeader, type ObjectHeader } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import { pageSize, pagesOf } from './pager.ts';
import type { ApiResource } from './resource-type.ts';
import { isOlder } from './resource-version.ts';
import type { WatchEvent } from './watch-stream.ts';

/** Receives the results of a {@link ListWatch}. */
export interface Sink<Item> {
  /** Converts an object of a list as it arrives, so that the JSON of earlier ones can be collected. */
  read(raw: unknown, listResourceVersion?: string): Item;
  /** The complete collection at a resource version. */
  replace(items: readonly Item[], resourceVersion: string): void;
  /** A watch event; `present` is false for DELETED. */
  apply(header: ObjectHeader, raw: unknown, present: boolean): void;
  /** A bookmark: there are no other changes up to this resource version. */
  advance(resourceVersion: string): void;
  /** Why the collection is not up to date; undefined once it is again. */
  failing(error: KubernetesError | undefined): void;
}

/** Timing of lists and watches, in milliseconds unless it says seconds; tests shorten it. */
export interface ListWatchTiming {
  readonly pageSize: number;
  readonly listTimeoutMs: number;
  /** Limits the time until the response headers of a watch. */
  readonly watchTimeoutMs: number;
  /** The server sends a bookmark every minute. */
  readonly idleTimeoutMs: number;
  /** The server closes a watch after one to two times this time, so that watches do not end together. */
  readonly watchSeconds: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/** As in client-go, but for the page size. */
export const defaultTiming: ListWatchTiming = {
  pageSize,
  listTimeoutMs: 60_000,
  watchTimeoutMs: 30_000,
  idleTimeoutMs: 150_000,
  watchSeconds: 300,
  backoff: { baseMs: 800, maxMs: 30_000 },
};

/** A watch that the server closes sooner than this without an event has failed; client-go's "very short watch". */
const minWatchMs = 1_000;

/** A collection at a resource version; objects that changed later may be newer. */
export interface Collection {
  /** The objects as JSON. */
  readonly items: readonly unknown[];
  /** The watch starts here. */
  readonly resourceVersion: string;
}

/** The collection, the sink and what they need. */
export interface ListWatchOptions<Item> {
  readonly client: Pick<KubernetesClient, 'listRaw' | 'watch'>;
  readonly resource: ApiResource;
  readonly selection: Selection;
  /** Whether only the metadata of the objects is read. */
  readonly metadataOnly?: boolean;
  /** Reads the collection; default: a list of the selection in pages. */
  readonly list?: (signal: AbortSignal) => Promise<Collection>;
  readonly sink: Sink<Item>;
  readonly timing: ListWatchTiming;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Lists a collection and watches it from there. The list is streamed at the beginning of the watch if the server can do that
 * (KEP-3157), else it is read page by page. A watch that the server closes continues where it ended. After any other end
 * (reset, timeout, 410, refusal, invalid event) it lists again after a jittered backoff, so that nothing is missed.
 */
export class ListWatch<Item = unknown> {
  private readonly options: ListWatchOptions<Item>;
  private readonly backoff: Backoff;
  /** The resource version to watch from; undefined when a list is next. */
  private from: string | undefined;
  /** Ends the open watch. */
  private watching: AbortController | undefined;
  /** False if the collection is read in another way, or once the server has refused a streaming list. */
  private canStream: boolean;
  /** The newest resource version that is known. */
  private progress: string | undefined;
  private read = 0;

  constructor(options: ListWatchOptions<Item>) {
    this.options = options;
    this.canStream = options.list === undefined;
    this.backoff = new Backoff(options.timing.backoff, options.clock, options.random);
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.isListing) this.read = 0;
        if (this.isListing && !this.canStream) this.advanceTo(await this.list(signal));
        await this.watch(signal);
      } catch (error) {
        const isRefused = this.isListing && this.canStream && error instanceof InvalidError;
        if (isRefused) this.canStream = false;
        this.from = undefined;
        if (!signal.aborted && !isRefused) await this.pause(error, signal);
      }
    }
  }

  /** Ends the watch, if there is one, and lists again. Does nothing while a list is in progress or due. */
  relist(): void {
    if (this.watching === undefined) this.from = undefined;
    else if (!this.isListing) this.watching.abort();
  }

  /** Whether a list is in progress or due. */
  get isListing(): boolean {
    return this.from === undefined;
  }

  /** Number of objects that the current or last list has read. */
  get objectsRead(): number {
    return this.read;
  }

  /**
   * The current resource version of the collection, from etcd. Retries failures; rejects with CancelledError on `signal`. Without
   * the selectors, which may make the server search the whole collection for one object, except for the name, to which RBAC may
   * restrict lists.
   */
  async latestResourceVersion(signal: AbortSignal): Promise<string> {
    const { client, resource, selection, metadataOnly, timing, clock, random } = this.options;
    const { namespace } = selection;
    const fieldSelector = selection.fieldSelector?.startsWith('metadata.name=') ? selection.fieldSelector : undefined;
    const backoff = new Backoff(timing.backoff, clock, random);
    for (;;) {
      try {
        const query = { namespace, fieldSelector, limit: 1 };
        return (await client.listRaw(resource, query, { signal, metadataOnly })).resourceVersion;
      } catch (error) {
        if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
        await sleep(clock, backoff.next(error.retryAfterMs), signal);
      }
    }
  }

  private async list(signal: AbortSignal): Promise<string> {
    const { items, resourceVersion } = await this.readAll(signal);
    this.replace(items, resourceVersion);
    return resourceVersion;
  }

  private async readAll(signal: AbortSignal): Promise<{ items: readonly Item[]; resourceVersion: string }> {
    const { list, sink, timing } = this.options;
    if (list !== undefined) {
      const { items, resourceVersion } = await list(signal);
      return { items: items.map((item) => sink.read(item, resourceVersion)), resourceVersion };
    }
    return this.pages(signal, timing.pageSize).catch((error: unknown) => {
      // The continue token has expired: read everything in one request.
      if (error instanceof GoneError) return this.pages(signal, undefined);
      throw error;
    });
  }

  private replace(items: readonly Item[], resourceVersion: string): void {
    const { sink } = this.options;
    sink.replace(items, resourceVersion);
    sink.failing(undefined);
  }

  private async pages(signal: AbortSignal, limit: number | undefined) {
    const { client, resource, selection, metadataOnly, sink, timing } = this.options;
    const options = { signal, timeoutMs: timing.listTimeoutMs, metadataOnly };
    const items: Item[] = [];
    let resourceVersion = '';
    for await (const page of pagesOf((token) =>
      client.listRaw(resource, { ...selection, limit, continue: token }, options),
    )) {
      for (const item of page.items) items.push(sink.read(item, page.resourceVersion));
      this.read = items.length;
      ({ resourceVersion } = page);
    }
    return { items, resourceVersion };
  }

  /** Watches until the server closes the watch or a relist is requested; throws otherwise. */
  private async watch(signal: AbortSignal): Promise<void> {
    const watching = new AbortController();
    this.watching = watching;
    try {
      await this.follow(AbortSignal.any([signal, watching.signal]));
    } catch (error) {
      if (!watching.signal.aborted) throw error;
    } finally {
      this.watching = undefined;
    }
    if (watching.signal.aborted) this.from = undefined;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, metadataOnly, timing, clock, random, sink } = this.options;
    const { from } = this;
    const timeoutSeconds = Math.ceil(timing.watchSeconds * (1 + random()));
    const query = { ...selection, resourceVersion: from, timeoutSeconds };
    const { watchTimeoutMs: timeoutMs, idleTimeoutMs } = timing;
    const options = { signal, timeoutMs, idleTimeoutMs, metadataOnly };
    const startedAt = clock.now().getTime();
    const listed = new Map<string, Item>();
    for await (const event of client.watch(resource, query, options)) {
      if (event.type === 'ERROR') throw event.error;
      if (this.from === undefined) this.collect(event, listed);
      else if (event.type === 'BOOKMARK') {
        sink.advance(event.resourceVersion);
        this.advanceTo(event.resourceVersion);
      } else {
        const header = readHeader(event.raw);
        sink.apply(header, event.raw, event.type !== 'DELETED');
        this.advanceTo(header.resourceVersion);
      }
    }
    if (this.from === undefined) throw new UnavailableError('The watch ended before all objects were listed');
    if (this.from === from && clock.now().getTime() - startedAt < minWatchMs) {
      throw new UnavailableError('The watch ended immediately, without an event');
    }
  }

  /** Handles an event of a streaming list. */
  private collect(event: Exclude<WatchEvent, { type: 'ERROR' }>, listed: Map<string, Item>): void {
    if (event.type === 'BOOKMARK') {
      if (event.endsInitialEvents !== true) return;
      const { resourceVersion } = event;
      if (this.progress !== undefined && isOlder(resourceVersion, this.progress)) {
        // The sink has to know that before it reads an object: what it has stored may be another state of the same version.
        this.canStream = false;
        throw new GoneError('Resource versions have gone back: etcd was restored from a backup');
      }
      this.replace([...listed.values()], resourceVersion);
      listed.clear();
      this.advanceTo(resourceVersion);
    } else {
      const { key } = readHeader(event.raw);
      if (event.type === 'DELETED') listed.delete(keyToString(key));
      else listed.set(keyToString(key), this.options.sink.read(event.raw));
      this.read = listed.size;
    }
  }

  private advanceTo(resourceVersion: string): void {
    this.from = resourceVersion;
    this.progress = resourceVersion;
  }

  private async pause(error: unknown, signal: AbortSignal): Promise<void> {
    const { resource, selection, sink, clock, log } = this.options;
    const failure = error instanceof KubernetesError ? error : new KubernetesError(String(error), { cause: error });
    sink.failing(failure);
    const delayMs = this.backoff.next(failure.retryAfterMs);
    const fields = { resource: resource.plural, namespace: selection.namespace, delayMs, err: failure };
    log.warn(fields, 'list and watch failed; listing again after backoff');
    await sleep(clock, delayMs, signal);
  }
}
