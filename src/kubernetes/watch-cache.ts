import type { WatchCacheEvent, Scope } from './store.ts';
import { WatchHistory, maxTombstones, type HistoryItem, type Positioned } from './watch-history.ts';
import { keyOf, type KubernetesObject } from './kubernetes-object.ts';
import type { Reflector } from './reflector.ts';
import { isOlder } from './resource-version.ts';

/**
 * What the lists and watches of a reflector bring, as one compacted log for each of its scopes. It is made of what they
 * bring rather than of what the store tells: a writer's object is in the store before the watch has come to it, and may
 * hide that another object of the name came and went; a log that has everything in the order of resource versions can
 * promise that whoever goes on from one has missed nothing.
 */
export class WatchCache<T extends KubernetesObject> {
  readonly #scopes: readonly Scope[];
  readonly #maxTombstones: number;
  readonly #logs = new Map<Scope, WatchHistory<T>>();
  /** Uids of the objects there are, by their key. */
  readonly #uids = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  /** Make it before the reflector runs. */
  constructor(source: Pick<Reflector<T>, 'scopes' | 'onWatchCacheEvent'>, tombstones = maxTombstones) {
    this.#scopes = source.scopes;
    this.#maxTombstones = tombstones;
    source.onWatchCacheEvent((arrival) => this.#take(arrival));
  }

  /** The logs that tell of a namespace (and, it may be, of others), or of all; empty until every scope has been listed. */
  historiesOf(namespace?: string): readonly WatchHistory<T>[] {
    if (this.#logs.size < this.#scopes.length) return [];
    const chosen = this.#scopes.filter((scope) => [undefined, scope ?? namespace].includes(namespace));
    return chosen.flatMap((scope) => this.#logs.get(scope) ?? []);
  }

  /** Whether a log is still the one of its scope; it is not when etcd was restored and resource versions went back. */
  isCurrent(log: WatchHistory<T>): boolean {
    for (const current of this.#logs.values()) if (current === log) return true;
    return false;
  }

  /** Calls `listener` each time that there is more to read; the returned function ends that. It must not throw. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(arrival: WatchCacheEvent<T>): void {
    const log = this.#logs.get(arrival.scope);
    const seq = log?.lastSeq;
    if (arrival.type === 'listed') this.#list(arrival);
    else log?.advance(this.#itemsOf(arrival, log).map(at(arrival.resourceVersion)), arrival.resourceVersion);
    // A list may end what a reader can go on with although it brings nothing to read.
    if (arrival.type !== 'listed' && log?.lastSeq === seq) return;
    for (const listener of this.#listeners) listener();
  }

  #itemsOf(arrival: Exclude<WatchCacheEvent<T>, { type: 'listed' }>, log: WatchHistory<T>): HistoryItem<T>[] {
    switch (arrival.type) {
      case 'put':
        return this.#put(log, arrival.object);
      case 'gone':
        return this.#gone(log, arrival.key, arrival.last);
      case 'bookmark':
        return [];
    }
  }

  #put(log: WatchHistory<T>, object: T): HistoryItem<T>[] {
    const key = keyOf(object);
    const { uid } = object.metadata;
    const before = this.#uids.get(key);
    this.#uids.set(key, uid);
    const item = { id: uid, object, gone: false };
    const other = before === undefined || before === uid ? undefined : log.get(before);
    return other === undefined || other.gone ? [item] : [{ id: other.id, object: other.object, gone: true }, item];
  }

  /** An object that does not parse any more is gone as well, with the last state that did. */
  #gone(log: WatchHistory<T>, key: string, last: T | undefined): HistoryItem<T>[] {
    const uid = this.#uids.get(key);
    const object = last ?? (uid === undefined ? undefined : log.get(uid)?.object);
    this.#uids.delete(key);
    // Its end keeps its place: there, a reader may have been told that it has read everything up to it.
    return object === undefined || log.get(object.metadata.uid)?.gone
      ? []
      : [{ id: object.metadata.uid, object, gone: true, mayReturn: last === undefined }];
  }

  #list({ scope, objects, unreadable, resourceVersion }: Extract<WatchCacheEvent<T>, { type: 'listed' }>): void {
    const log = this.#logs.get(scope);
    const items = objects.map((object) => itemOf(object));
    if (log === undefined || isOlder(resourceVersion, log.progress)) {
      this.#logs.set(scope, new WatchHistory<T>(resourceVersion, items, this.#maxTombstones));
    } else {
      const gone = vanished(log, items, new Set(unreadable));
      for (const { object } of gone) this.#uids.delete(keyOf(object));
      const there = items.filter((item) => isNews(log, item));
      log.resync(gone, there, resourceVersion);
    }
    for (const object of objects) this.#uids.set(keyOf(object), object.metadata.uid);
  }
}

function at(position: string) {
  return <T>(item: HistoryItem<T>) => ({ ...item, position });
}

function itemOf<T extends KubernetesObject>(object: T): Positioned<T> {
  return { id: object.metadata.uid, object, gone: false, position: object.metadata.resourceVersion };
}

function isNews<T extends KubernetesObject>(log: WatchHistory<T>, { id, position }: Positioned<T>): boolean {
  const known = log.get(id);
  return known === undefined || known.gone || known.object.metadata.resourceVersion !== position;
}

function vanished<T extends KubernetesObject>(
  log: WatchHistory<T>,
  listed: readonly HistoryItem<T>[],
  unreadable: ReadonlySet<string>,
): HistoryItem<T>[] {
  const ids = new Set(listed.map(({ id }) => id));
  return [...log.latest()]
    .filter(({ id, gone }) => !gone && !ids.has(id))
    .map(({ id, object }) => ({ id, object, gone: true, mayReturn: unreadable.has(keyOf(object)) }));
}
