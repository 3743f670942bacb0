import { sleep } from './async.ts';
import { Backoff } from './backoff.ts';
import type { KubernetesClient, Selection } from './client.ts';
import type { Clock, Random } from './clock.ts';
import { CancelledError, GoneError, InvalidError, KubernetesError, UnavailableError } from './errors.ts';
import { readHeader, type ObjectHeader } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import { pageSize, pagesOf } from './pager.ts';
import type { ApiResource } from './resource-type.ts';
import { isOlder } from './resource-version.ts';
import type { WatchEvent } from './watch-stream.ts';

/** Receives the results of a {@link ListWatch}. */
export interface Sink {
  /**
   * A list begins, instead of one that has not ended. Its objects are handed over as they arrive: to handle all of them at its
   * end would hold the event loop.
   *
   * @param resourceVersion of the list, if the server says it first
   */
  startList(resourceVersion?: string): void;
  /** An object of the list, or its latest state. */
  putListed(raw: unknown): void;
  /** An object has left the list before its end. */
  removeListed(header: ObjectHeader): void;
  /** The list is complete at a resource version. */
  endList(resourceVersion: string): void;
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
export interface ListWatchOptions {
  readonly client: Pick<KubernetesClient, 'listRaw' | 'watch'>;
  readonly resource: ApiResource;
  readonly selection: Selection;
  /** Whether only the metadata of the objects is read. */
  readonly metadataOnly?: boolean;
  /** Reads the collection; default: a list of the selection in pages. */
  readonly list?: (signal: AbortSignal) => Promise<Collection>;
  readonly sink: Sink;
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
export class ListWatch {
  private readonly options: ListWatchOptions;
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
  private pageSize: number;

  constructor(options: ListWatchOptions) {
    this.options = options;
    this.canStream = options.list === undefined;
    this.pageSize = options.timing.pageSize;
    this.backoff = new Backoff(options.timing.backoff, options.clock, options.random);
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
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
    const { list } = this.options;
    if (list !== undefined) return this.readPages([await list(signal)]);
    try {
      return await this.readPages(this.pages(signal));
    } catch (error) {
      // The pages have taken longer than their continue token lasts. All in one page may be more than fits into memory.
      if (error instanceof GoneError) this.pageSize *= 4;
      throw error;
    }
  }

  private pages(signal: AbortSignal): AsyncIterable<Collection> {
    const { client, resource, selection, metadataOnly, timing } = this.options;
    const options = { signal, timeoutMs: timing.listTimeoutMs, metadataOnly };
    return pagesOf((token) =>
      client.listRaw(resource, { ...selection, limit: this.pageSize, continue: token }, options),
    );
  }

  /** Hands over a list; returns its resource version. */
  private async readPages(pages: Iterable<Collection> | AsyncIterable<Collection>): Promise<string> {
    let resourceVersion = '';
    for await (const page of pages) {
      if (resourceVersion === '') this.startList(page.resourceVersion);
      ({ resourceVersion } = page);
      for (const item of page.items) this.putListed(item);
    }
    this.endList(resourceVersion);
    return resourceVersion;
  }

  private startList(resourceVersion?: string): void {
    this.read = 0;
    this.options.sink.startList(resourceVersion);
  }

  private putListed(raw: unknown): void {
    this.read++;
    this.options.sink.putListed(raw);
  }

  private endList(resourceVersion: string): void {
    const { sink } = this.options;
    sink.endList(resourceVersion);
    sink.failing(undefined);
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
    if (from === undefined) this.startList();
    for await (const event of client.watch(resource, query, options)) {
      if (event.type === 'ERROR') throw event.error;
      if (this.from === undefined) this.collect(event);
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
  private collect(event: Exclude<WatchEvent, { type: 'ERROR' }>): void {
    if (event.type === 'BOOKMARK') {
      if (event.endsInitialEvents !== true) return;
      const { resourceVersion } = event;
      if (this.progress !== undefined && isOlder(resourceVersion, this.progress)) {
        // The sink has to know that before it reads an object: what it has stored may be another state of the same version.
        this.canStream = false;
        throw new GoneError('Resource versions have gone back: etcd was restored from a backup');
      }
      this.endList(resourceVersion);
      this.advanceTo(resourceVersion);
    } else if (event.type === 'DELETED') {
      this.options.sink.removeListed(readHeader(event.raw));
    } else {
      this.putListed(event.raw);
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
