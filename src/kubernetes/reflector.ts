import { type WatchCacheEvent, ObjectStore, type Scope, type Change, type ChangeHandler, type Store } from './store.ts';
import { systemClock } from './clock.ts';
import { dropManagedFields } from './drop-managed-fields.ts';
import type { KubernetesError } from './errors.ts';
import { recordOf } from './json.ts';
import {
  keyToString,
  type KubernetesObject,
  type ObjectKey,
  readHeader,
  type ObjectHeader,
} from './kubernetes-object.ts';
import { latestResourceVersion } from './latest-resource-version.ts';
import { Listeners } from './listeners.ts';
import { defaultTiming, ListWatch, type Sink } from './list-watch.ts';
import { silentLogger, type Logger } from './logger.ts';
import type { ReflectorOptions } from './reflector-options.ts';
import type { ResourceType } from './resource-type.ts';
import { isNewer, isOlder } from './resource-version.ts';
import { SharedStrings } from './shared-strings.ts';
import { waitFor } from './async.ts';

/** An object that could not be parsed. */
export interface InvalidObject {
  readonly key: ObjectKey;
  readonly error: unknown;
}

/** An object of a list, or the key of one that could not be parsed. */
type Read<T> = T | { readonly unreadable: string };

/**
 * Keeps a store equal to what the API server has. It survives resets, refusals, 410, 429 and restarts: it lists again
 * and tells, as changes, only what is different. An object that does not parse is kept out of the store (a former state
 * of it leaves the store as a deletion) and told to the handlers of invalid objects.
 */
export class Reflector<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #log: Logger;
  readonly #store: ObjectStore<T>;
  readonly #changes: Listeners<Change<T>>;
  readonly #invalid: Listeners<InvalidObject>;
  readonly #scopes: readonly Scope[];
  readonly #unlisted: Set<Scope>;
  readonly #failures = new Map<Scope, KubernetesError>();
  readonly #progress: Listeners<Scope>;
  readonly #watchCacheEvents: Listeners<WatchCacheEvent<T>>;
  readonly #failureHandlers: Listeners<KubernetesError>;
  readonly #strings = new SharedStrings();
  #generation = 0;
  #listWatches: readonly ListWatch<Read<T>>[] = [];

  constructor(options: ReflectorOptions<T>) {
    this.resource = options.resource;
    this.#options = options;
    this.#log = options.log ?? silentLogger;
    this.#changes = new Listeners(this.#log);
    this.#invalid = new Listeners(this.#log);
    this.#progress = new Listeners(this.#log);
    this.#watchCacheEvents = new Listeners(this.#log);
    this.#failureHandlers = new Listeners(this.#log);
    const onChange = (change: Change<T>) => this.#changes.emit(change);
    this.#store = new ObjectStore(options.indexes ?? {}, onChange, (object) => this.#slim(object));
    this.#scopes = options.namespaces?.length ? [...new Set(options.namespaces)] : [undefined];
    this.#unlisted = new Set(this.#scopes);
  }

  get store(): Store<T> {
    return this.#store;
  }

  /** True once every namespace was listed; it stays true. */
  get hasSynced(): boolean {
    return this.#unlisted.size === 0;
  }

  /** Whether something is being listed, or about to be, rather than watched. */
  get isListing(): boolean {
    return this.#listWatches.some((listWatch) => listWatch.isListing);
  }

  /** Number of complete lists so far, the first ones included: it grows with every break in a watch. */
  get generation(): number {
    return this.#generation;
  }

  /** Why the store is not up to date just now (the API server refuses or does not answer), for health and messages. */
  get failure(): KubernetesError | undefined {
    return this.#failures.values().next().value;
  }

  /** Lists and watches until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#listWatches = this.#scopes.map((scope) => this.#listWatch(scope));
    await Promise.all(this.#listWatches.map((listWatch) => listWatch.run(signal)));
  }

  /** Lists everything again at once, in case a watch has missed something; what is different is told as changes. */
  relist(): void {
    for (const listWatch of this.#listWatches) listWatch.relist();
  }

  /** Resolves once {@link hasSynced}; rejects with CancelledError when `signal` aborts before. */
  waitForSync(signal?: AbortSignal): Promise<void> {
    return this.#until(() => this.hasSynced, `the first list of ${this.resource.plural}`, signal);
  }

  /** Calls `handler` for every change from now on; the returned function ends that. What is there already is in the store. */
  onChange(handler: ChangeHandler<T>): () => void {
    return this.#changes.add(handler);
  }

  /** Calls `handler` for every object that does not parse; the returned function ends that. */
  onInvalid(handler: (invalid: InvalidObject) => void): () => void {
    return this.#invalid.add(handler);
  }

  /** Calls `handler` each time that a list or watch broke off, with why; the returned function ends that. */
  onFailure(handler: (error: KubernetesError) => void): () => void {
    return this.#failureHandlers.add(handler);
  }

  /**
   * Calls `handler` for everything that lists and watches bring, in the order of resource versions within a scope; the
   * returned function ends that. Unlike the changes of the store these know nothing of what writers put in.
   */
  onWatchCacheEvent(handler: (arrival: WatchCacheEvent<T>) => void): () => void {
    return this.#watchCacheEvents.add(handler);
  }

  /** The scopes that it lists and watches one by one: namespaces, or `undefined` for all of them together. */
  get scopes(): readonly Scope[] {
    return this.#scopes;
  }

  /** Up to which resource version everything of a scope is known; undefined before its first list. */
  resourceVersionOf(scope: Scope): string | undefined {
    return this.#store.resourceVersionOf(scope);
  }

  /** Calls `handler` with the scope each time that its progress has moved; the returned function ends that. */
  onProgress(handler: (scope: Scope) => void): () => void {
    return this.#progress.add(handler);
  }

  /** Resolves once everything of a scope is known up to a resource version; rejects with CancelledError on `signal`. */
  waitForResourceVersion(scope: Scope, resourceVersion: string, signal: AbortSignal): Promise<void> {
    const isReached = () => {
      const known = this.resourceVersionOf(scope);
      return known !== undefined && !isNewer(resourceVersion, known);
    };
    return this.#until(isReached, `version ${resourceVersion} of ${this.resource.plural}`, signal);
  }

  /**
   * Resolves once everything is known that had happened when this was called: it asks the API server how far it is, and
   * lists again what is behind. Rejects with CancelledError on `signal`.
   */
  async waitUntilFresh(signal: AbortSignal): Promise<void> {
    await this.waitForSync(signal);
    const { client, clock, random, timing, labelSelector, fieldSelector } = this.#means;
    const { backoff } = timing;
    const latest = await Promise.all(
      this.#scopes.map((namespace) => {
        const selection = { namespace, labelSelector, fieldSelector };
        return latestResourceVersion(this.resource, selection, { client, backoff, clock, random }, signal);
      }),
    );
    if (this.#scopes.some((scope, i) => isNewer(latest[i] ?? '', this.resourceVersionOf(scope)))) this.relist();
    await Promise.all(this.#scopes.map((scope, i) => this.waitForResourceVersion(scope, latest[i] ?? '', signal)));
  }

  #until(holds: () => boolean, what: string, signal: AbortSignal | undefined): Promise<void> {
    return waitFor(holds, (look) => this.onProgress(look), what, signal);
  }

  #listWatch(scope: Scope): ListWatch<Read<T>> {
    const { labelSelector, fieldSelector, ...means } = this.#means;
    return new ListWatch({
      ...means,
      resource: this.resource,
      selection: { namespace: scope, labelSelector, fieldSelector },
      sink: this.#sink(scope),
      log: this.#log,
    });
  }

  get #means() {
    const { client, clock = systemClock, random = Math.random, timing, labelSelector, fieldSelector } = this.#options;
    return { client, clock, random, timing: { ...defaultTiming, ...timing }, labelSelector, fieldSelector };
  }

  #sink(scope: Scope): Sink<Read<T>> {
    return {
      read: (raw, listedAt) => this.#read(scope, raw, listedAt),
      replace: (items, resourceVersion) => this.#replace(scope, items, resourceVersion),
      apply: (header, raw, present) => this.#apply(scope, header, raw, present),
      advance: (resourceVersion) => {
        this.#store.advance(scope, resourceVersion);
        this.#arrived({ type: 'bookmark', scope, resourceVersion });
      },
      failing: (error) => this.#noteFailure(scope, error),
    };
  }

  #noteFailure(scope: Scope, error: KubernetesError | undefined): void {
    if (error === undefined) return void this.#failures.delete(scope);
    this.#failures.set(scope, error);
    this.#failureHandlers.emit(error);
  }

  #read(scope: Scope, raw: unknown, listedAt: string): Read<T> {
    const { key, resourceVersion } = readHeader(raw);
    // Most of what is listed again has not changed. In a list from a backup the same version may be another state.
    const isLater = !isOlder(listedAt, this.resourceVersionOf(scope) ?? listedAt);
    const held = isLater ? this.#heldAt(key, resourceVersion) : undefined;
    return held ?? this.#parse(key, raw) ?? { unreadable: keyToString(key) };
  }

  #replace(scope: Scope, items: readonly Read<T>[], resourceVersion: string): void {
    const objects: T[] = [];
    const unreadable: string[] = [];
    for (const item of items) {
      if ('unreadable' in item) unreadable.push(item.unreadable);
      else objects.push(item);
    }
    this.#store.replace(scope, objects, resourceVersion);
    this.#generation++;
    this.#unlisted.delete(scope);
    const held = objects.map((object) => this.#held(object));
    this.#arrived({ type: 'listed', scope, objects: held, unreadable, resourceVersion });
  }

  #apply(scope: Scope, { key, resourceVersion }: ObjectHeader, raw: unknown, present: boolean): void {
    // Most of what a watch brings are one's own writes, which came with their answers: they need not be read again.
    const object = (present ? this.#heldAt(key, resourceVersion) : undefined) ?? this.#parse(key, raw);
    if (object && present) {
      this.#store.put(scope, object);
      this.#arrived({ type: 'put', scope, object: this.#held(object), resourceVersion });
    } else {
      const gone = { scope, key: keyToString(key), resourceVersion };
      this.#store.remove(scope, gone.key, resourceVersion, object);
      this.#arrived({ type: 'gone', ...gone, last: object });
    }
  }

  #arrived(arrival: WatchCacheEvent<T>): void {
    this.#watchCacheEvents.emit(arrival);
    this.#progress.emit(arrival.scope);
  }

  /** The same state of an object as the store has it, where its writer was first: it need not be held twice. */
  #held(object: T): T {
    return this.#heldAt(object.metadata, object.metadata.resourceVersion) ?? object;
  }

  /** What the store has of an object, if it is its state at this resource version. */
  #heldAt(key: ObjectKey, resourceVersion: string): T | undefined {
    const held = this.#store.get(key);
    return held?.metadata.resourceVersion === resourceVersion ? held : undefined;
  }

  #parse(key: ObjectKey, raw: unknown): T | undefined {
    try {
      const object = this.#slim(this.resource.parse(raw));
      this.#store.checkIndexes(object);
      return object;
    } catch (error) {
      this.#log.error(
        {
          resource: this.resource.plural,
          key: keyToString(key),
          uid: recordOf(recordOf(raw)['metadata'])['uid'],
          err: error,
        },
        'an object does not parse',
      );
      this.#invalid.emit({ key, error });
      return undefined;
    }
  }

  /** What is kept of an object, whoever brings it. */
  #slim(object: T): T {
    return this.#strings.share(dropManagedFields(object));
  }
}
