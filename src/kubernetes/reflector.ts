import { waitFor } from './async.ts';
import type { KubernetesClient } from './client.ts';
import { systemClock, type Clock, type Random } from './clock.ts';
import type { KubernetesError } from './errors.ts';
import type { Indexes } from './indexer.ts';
import { recordOf } from './json.ts';
import {
  dropManagedFields,
  keyToString,
  readHeader,
  type KubernetesObject,
  type ObjectHeader,
  type ObjectKey,
} from './kubernetes-object.ts';
import { Listeners } from './listeners.ts';
import { defaultTiming, ListWatch, type Collection, type ListWatchTiming, type Sink } from './list-watch.ts';
import { silentLogger, type Logger } from './logger.ts';
import type { ResourceType } from './resource-type.ts';
import { isNewer } from './resource-version.ts';
import { ObjectStore, scopesOf, type Change, type ChangeHandler, type Scope, type Store } from './store.ts';

/** The objects that a reflector keeps. */
export interface ReflectorSource<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  /** Distinguishes the reflectors of a resource if a process has several. */
  readonly view?: string;
  /** Default (absent or empty): all namespaces. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Whether only the metadata of the objects is read. */
  readonly metadataOnly?: boolean;
  /**
   * Reads the objects of a scope in another way than by a list, which may return only some of them. The watch brings the
   * others when they change.
   */
  readonly list?: (scope: Scope, signal: AbortSignal) => Promise<Collection>;
  readonly indexes?: Indexes<T>;
  /** Whether it is read after all others, and nothing waits for it. */
  readonly isBackground?: boolean;
}

/** Settings of a reflector. */
export interface ReflectorOptions<T extends KubernetesObject> extends ReflectorSource<T> {
  readonly client: Pick<KubernetesClient, 'listRaw' | 'watch'>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  readonly timing?: Partial<ListWatchTiming>;
}

/** What a list or watch has brought. */
export type WatchCacheEvent<T> = ListEvent<T> | WatchedEvent<T>;

/** A list begins, brings its objects and ends. If it breaks off, the next one begins instead. */
export type ListEvent<T> =
  /** `isRestored`: it is older than what is known, because etcd was restored from a backup. */
  | { readonly type: 'listStart'; readonly scope: Scope; readonly isRestored: boolean }
  | { readonly type: 'listed'; readonly scope: Scope; readonly object: T }
  /** An object has left the list before its end, or cannot be parsed and may return. */
  | { readonly type: 'unlisted'; readonly scope: Scope; readonly key: string; readonly mayReturn: boolean }
  | { readonly type: 'listEnd'; readonly scope: Scope; readonly resourceVersion: string };

/** What a watch has brought. */
export type WatchedEvent<T> =
  | { readonly type: 'put'; readonly scope: Scope; readonly object: T; readonly resourceVersion: string }
  | {
      readonly type: 'delete';
      readonly scope: Scope;
      readonly key: string;
      /** The last state; absent if it cannot be parsed. The object may still exist then. */
      readonly last?: T;
      readonly resourceVersion: string;
    }
  | { readonly type: 'bookmark'; readonly scope: Scope; readonly resourceVersion: string };

/**
 * Keeps a store equal to the API server. After any failure it lists again and reports only the differences. An object that
 * cannot be parsed is left out of the store; an earlier state of it is deleted.
 */
export class Reflector<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  /** The plural of the resource, with the view if there is one. For messages. */
  readonly name: string;
  readonly isBackground: boolean;
  readonly store: Store<T>;
  /** The collections that are listed and watched: namespaces, or `undefined` for all of them. */
  readonly scopes: readonly Scope[];
  private readonly log: Logger;
  private readonly objects: ObjectStore<T>;
  private readonly changes: Listeners<Change<T>>;
  private readonly watchCacheEvents: Listeners<WatchCacheEvent<T>>;
  private readonly failureHandlers: Listeners<KubernetesError>;
  private readonly unsynced: Set<Scope>;
  private readonly failures = new Map<Scope, KubernetesError>();
  private readonly listWatches: ReadonlyMap<Scope, ListWatch>;

  constructor(options: ReflectorOptions<T>) {
    const { resource, view, indexes = {}, namespaces = [], log = silentLogger } = options;
    this.resource = resource;
    this.name = view === undefined ? resource.plural : `${resource.plural} (${view})`;
    this.isBackground = options.isBackground ?? false;
    this.log = log;
    this.changes = new Listeners(log);
    this.watchCacheEvents = new Listeners(log);
    this.failureHandlers = new Listeners(log);
    this.objects = new ObjectStore(indexes, (change) => this.changes.emit(change));
    this.store = this.objects;
    this.scopes = scopesOf(namespaces);
    this.unsynced = new Set(this.scopes);
    this.listWatches = new Map(this.scopes.map((scope) => [scope, this.listWatch(scope, options)]));
  }

  /** True once every namespace has been listed; stays true. */
  get hasSynced(): boolean {
    return this.unsynced.size === 0;
  }

  /** Number of objects that the current or last lists have read. */
  get objectsRead(): number {
    return this.listWatches.values().reduce((sum, { objectsRead }) => sum + objectsRead, 0);
  }

  /** Whether a list is in progress or due. */
  get isListing(): boolean {
    return this.listWatches.values().some(({ isListing }) => isListing);
  }

  /** Why the store is not up to date; undefined if it is. */
  get failure(): KubernetesError | undefined {
    return this.failures.values().next().value;
  }

  /** Lists and watches until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.listWatches.values().map((listWatch) => listWatch.run(signal)));
  }

  /** Lists everything again, in case a watch has missed something, and reports the differences. */
  relist(): void {
    for (const listWatch of this.listWatches.values()) listWatch.relist();
  }

  /** Resolves once {@link hasSynced}; rejects with CancelledError when `signal` aborts first. */
  waitForSync(signal?: AbortSignal): Promise<void> {
    return this.waitFor(() => this.hasSynced, `the first list of ${this.name}`, signal);
  }

  /** Calls `handler` for every later change; returns an unsubscribe. */
  onChange(handler: ChangeHandler<T>): () => void {
    return this.changes.add(handler);
  }

  /** Calls `handler` each time a list or watch fails; returns an unsubscribe. */
  onFailure(handler: (error: KubernetesError) => void): () => void {
    return this.failureHandlers.add(handler);
  }

  /**
   * Calls `handler` for everything that lists and watches bring, within a scope in order but for the objects of a list; returns
   * an unsubscribe. Unlike {@link onChange}, it does not report what writers put into the store.
   */
  onWatchCacheEvent(handler: (event: WatchCacheEvent<T>) => void): () => void {
    return this.watchCacheEvents.add(handler);
  }

  /** Resolves once a scope is known up to a resource version; rejects with CancelledError when `signal` aborts first. */
  waitForResourceVersion(scope: Scope, resourceVersion: string, signal: AbortSignal): Promise<void> {
    const isReached = () => {
      const known = this.objects.resourceVersionOf(scope);
      return known !== undefined && !isNewer(resourceVersion, known);
    };
    return this.waitFor(isReached, `version ${resourceVersion} of ${this.name}`, signal);
  }

  /**
   * Resolves once the store is as new as the API server was at the time of the call; lists again if it is behind. Rejects with
   * CancelledError when `signal` aborts first.
   */
  async waitUntilFresh(signal: AbortSignal): Promise<void> {
    await this.waitForSync(signal);
    const latest = new Map<Scope, string>();
    const read = async ([scope, listWatch]: [Scope, ListWatch]) =>
      latest.set(scope, await listWatch.latestResourceVersion(signal));
    await Promise.all(this.listWatches.entries().map(read));
    await Promise.all(latest.entries().map(([scope, version]) => this.catchUp(scope, version, signal)));
  }

  /** Lists again until a scope is known up to a resource version: a list in progress may have begun before. */
  private async catchUp(scope: Scope, resourceVersion: string, signal: AbortSignal): Promise<void> {
    const relistIfBehind = () => {
      if (isNewer(resourceVersion, this.objects.resourceVersionOf(scope))) this.listWatches.get(scope)?.relist();
    };
    // The list that reports it is still in progress.
    const unsubscribe = this.onWatchCacheEvent(({ type }) => void (type === 'listEnd' && setImmediate(relistIfBehind)));
    relistIfBehind();
    await this.waitForResourceVersion(scope, resourceVersion, signal).finally(unsubscribe);
  }

  private waitFor(condition: () => boolean, what: string, signal: AbortSignal | undefined): Promise<void> {
    // The objects of a list count at its end.
    const onEvent = (check: () => void) => this.onWatchCacheEvent(({ type }) => type !== 'listed' && check());
    return waitFor(condition, onEvent, what, signal);
  }

  private listWatch(scope: Scope, options: ReflectorOptions<T>): ListWatch {
    const { client, resource, labelSelector, fieldSelector, clock = systemClock, random = Math.random } = options;
    const timing = { ...defaultTiming, ...options.timing };
    const selection = { namespace: scope, labelSelector, fieldSelector };
    const list = options.list && options.list.bind(undefined, scope);
    const [sink, { metadataOnly }] = [this.sink(scope), options];
    return new ListWatch({
      client,
      resource,
      selection,
      metadataOnly,
      list,
      timing,
      clock,
      random,
      log: this.log,
      sink,
    });
  }

  private sink(scope: Scope): Sink {
    return {
      startList: (resourceVersion) => {
        const isRestored = this.objects.startList(scope, resourceVersion);
        this.watchCacheEvents.emit({ type: 'listStart', scope, isRestored });
      },
      putListed: (raw) => this.putListed(scope, raw),
      removeListed: ({ key }) => this.removeListed(scope, key, false),
      endList: (resourceVersion) => {
        this.objects.endList(scope, resourceVersion);
        this.unsynced.delete(scope);
        this.watchCacheEvents.emit({ type: 'listEnd', scope, resourceVersion });
      },
      apply: (header, raw, present) => this.apply(scope, header, raw, present),
      advance: (resourceVersion) => {
        this.objects.advance(scope, resourceVersion);
        this.watchCacheEvents.emit({ type: 'bookmark', scope, resourceVersion });
      },
      failing: (error) => {
        if (error === undefined) return void this.failures.delete(scope);
        this.failures.set(scope, error);
        this.failureHandlers.emit(error);
      },
    };
  }

  private putListed(scope: Scope, raw: unknown): void {
    const { key, resourceVersion } = readHeader(raw);
    // Unchanged objects are not parsed again. After a restore of etcd, the same resource version may be another state.
    const stored = this.objects.isRestoring(scope) ? undefined : this.storedAt(key, resourceVersion);
    const object = stored ?? this.parse(key, raw);
    if (object === undefined) return this.removeListed(scope, key, true);
    this.objects.putListed(scope, object);
    this.watchCacheEvents.emit({ type: 'listed', scope, object });
  }

  private removeListed(scope: Scope, objectKey: ObjectKey, mayReturn: boolean): void {
    const key = keyToString(objectKey);
    this.objects.removeListed(scope, key);
    this.watchCacheEvents.emit({ type: 'unlisted', scope, key, mayReturn });
  }

  private apply(scope: Scope, { key, resourceVersion }: ObjectHeader, raw: unknown, present: boolean): void {
    // Most events are this process's own writes, which the store already has.
    const object = (present ? this.storedAt(key, resourceVersion) : undefined) ?? this.parse(key, raw);
    if (object && present) {
      this.objects.put(scope, object);
      this.watchCacheEvents.emit({ type: 'put', scope, object, resourceVersion });
    } else {
      const deleted = { scope, key: keyToString(key), resourceVersion };
      this.objects.remove(scope, deleted.key, resourceVersion, object);
      this.watchCacheEvents.emit({ type: 'delete', ...deleted, last: object });
    }
  }

  /** The object in the store, if it has this resource version. */
  private storedAt(key: ObjectKey, resourceVersion: string): T | undefined {
    const stored = this.objects.get(key);
    return stored?.metadata.resourceVersion === resourceVersion ? stored : undefined;
  }

  private parse(key: ObjectKey, raw: unknown): T | undefined {
    try {
      const object = this.resource.parse(this.resource.readsManagedFields === true ? raw : dropManagedFields(raw));
      this.objects.checkIndexes(object);
      return object;
    } catch (err) {
      const { uid } = recordOf(recordOf(raw)['metadata']);
      this.log.error({ resource: this.resource.plural, key: keyToString(key), uid, err }, 'invalid object');
      return undefined;
    }
  }
}
