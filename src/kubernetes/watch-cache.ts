import { keyOf, type KubernetesObject } from './kubernetes-object.ts';
import type { Reflector, WatchCacheEvent } from './reflector.ts';
import { isOlder } from './resource-version.ts';
import type { Scope } from './store.ts';
import { maxTombstones, WatchHistory, type HistoryItem, type Positioned } from './watch-history.ts';

/**
 * The history of each scope of a reflector, from which all watches are served. It is fed by lists and watches, not by the store:
 * a write is in the store before the watch brings it, and may hide that another object of the name came and went. Read it with a
 * {@link WatchCursor}.
 */
export class WatchCache<T extends KubernetesObject> {
  private readonly scopes: readonly Scope[];
  private readonly maxTombstones: number;
  private readonly histories = new Map<Scope, WatchHistory<T>>();
  /** Uids of the existing objects by key. */
  private readonly uids = new Map<string, string>();
  private readonly listeners = new Set<() => void>();

  /** Must be created before the reflector runs. */
  constructor(source: Pick<Reflector<T>, 'scopes' | 'onWatchCacheEvent'>, tombstones = maxTombstones) {
    this.scopes = source.scopes;
    this.maxTombstones = tombstones;
    source.onWatchCacheEvent((event) => this.apply(event));
  }

  /** The histories that cover a namespace, or all namespaces; empty until every scope has been listed. */
  historiesOf(namespace?: string): readonly WatchHistory<T>[] {
    if (this.histories.size < this.scopes.length) return [];
    const covering = this.scopes.filter((scope) => [undefined, scope ?? namespace].includes(namespace));
    return covering.flatMap((scope) => this.histories.get(scope) ?? []);
  }

  /** False for a history that was replaced because etcd was restored from a backup. */
  isCurrent(history: WatchHistory<T>): boolean {
    return this.histories.values().some((current) => current === history);
  }

  /** Calls `listener`, which must not throw, when there is more to read; returns an unsubscribe. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private apply(event: WatchCacheEvent<T>): void {
    const history = this.histories.get(event.scope);
    const seq = history?.lastSeq;
    if (event.type === 'list') this.replace(event);
    else history?.advance(this.itemsOf(event, history).map(at(event.resourceVersion)), event.resourceVersion);
    // A list can expire a reader without bringing anything to read.
    if (event.type !== 'list' && history?.lastSeq === seq) return;
    for (const listener of this.listeners) listener();
  }

  private itemsOf(event: Exclude<WatchCacheEvent<T>, { type: 'list' }>, history: WatchHistory<T>): HistoryItem<T>[] {
    switch (event.type) {
      case 'put':
        return this.put(history, event.object);
      case 'delete':
        return this.delete(history, event.key, event.last);
      case 'bookmark':
        return [];
    }
  }

  private put(history: WatchHistory<T>, object: T): HistoryItem<T>[] {
    const key = keyOf(object);
    const { uid } = object.metadata;
    const before = this.uids.get(key);
    this.uids.set(key, uid);
    const item = { id: uid, object, deleted: false };
    const other = before === undefined || before === uid ? undefined : history.get(before);
    return other === undefined || other.deleted
      ? [item]
      : [{ id: other.id, object: other.object, deleted: true }, item];
  }

  /** An object that can no longer be parsed is deleted, too, with its last readable state. */
  private delete(history: WatchHistory<T>, key: string, last: T | undefined): HistoryItem<T>[] {
    const uid = this.uids.get(key);
    const object = last ?? (uid === undefined ? undefined : history.get(uid)?.object);
    this.uids.delete(key);
    // A deletion keeps its position: a reader may already be past it.
    if (object === undefined || history.get(object.metadata.uid)?.deleted) return [];
    return [{ id: object.metadata.uid, object, deleted: true, mayReturn: last === undefined }];
  }

  private replace({
    scope,
    objects,
    unparsable,
    resourceVersion,
  }: Extract<WatchCacheEvent<T>, { type: 'list' }>): void {
    const history = this.histories.get(scope);
    const items = objects.map((object) => itemOf(object));
    if (history === undefined || isOlder(resourceVersion, history.progress)) {
      this.histories.set(scope, new WatchHistory<T>(resourceVersion, items, this.maxTombstones));
    } else {
      const deleted = missingFrom(items, history, new Set(unparsable));
      for (const { object } of deleted) this.uids.delete(keyOf(object));
      history.resync(
        deleted,
        items.filter((item) => isChanged(item, history)),
        resourceVersion,
      );
    }
    for (const object of objects) this.uids.set(keyOf(object), object.metadata.uid);
  }
}

function at(position: string) {
  return <T>(item: HistoryItem<T>) => ({ ...item, position });
}

function itemOf<T extends KubernetesObject>(object: T): Positioned<T> {
  return { id: object.metadata.uid, object, deleted: false, position: object.metadata.resourceVersion };
}

function isChanged<T extends KubernetesObject>({ id, position }: Positioned<T>, history: WatchHistory<T>): boolean {
  const known = history.get(id);
  return known === undefined || known.deleted || known.object.metadata.resourceVersion !== position;
}

/** Deletions of the objects in a history that a list lacks. */
function missingFrom<T extends KubernetesObject>(
  listed: readonly HistoryItem<T>[],
  history: WatchHistory<T>,
  unparsable: ReadonlySet<string>,
): HistoryItem<T>[] {
  const ids = new Set(listed.map(({ id }) => id));
  return [...history.latestEntries()]
    .filter(({ id, deleted }) => !deleted && !ids.has(id))
    .map(({ id, object }) => ({ id, object, deleted: true, mayReturn: unparsable.has(keyOf(object)) }));
}
