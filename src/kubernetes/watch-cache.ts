import { keyOf, type KubernetesObject } from './kubernetes-object.ts';
import type { Reflector, WatchCacheEvent, WatchedEvent } from './reflector.ts';
import type { Scope } from './store.ts';
import { maxTombstones, WatchHistory, type HistoryEntry, type HistoryItem, type Positioned } from './watch-history.ts';

/** A list whose objects are arriving. */
interface ListInProgress<T> {
  /** That of the scope, or the one that begins with this list. */
  readonly history: WatchHistory<T>;
  readonly isFirst: boolean;
  /** The entries of the history whose objects the list has brought so far. */
  readonly listed: Set<HistoryEntry<T> | undefined>;
  /** UIDs of those whose state in the list cannot be parsed. */
  readonly unparsable: Set<string>;
  /** The objects that differ from the history, by UID. */
  readonly changed: Map<string, Positioned<T>>;
}

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
  private readonly lists = new Map<Scope, ListInProgress<T>>();
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
    switch (event.type) {
      case 'listStart':
        return this.startList(event.scope, event.isRestored);
      case 'listed':
        return this.putListed(event.scope, event.object);
      case 'unlisted':
        return this.removeListed(event.scope, event.key, event.mayReturn);
      case 'listEnd':
        this.endList(event.scope, event.resourceVersion);
        // A list can expire a reader without bringing anything to read.
        return this.notify();
      default:
        return this.applyWatched(event);
    }
  }

  private applyWatched(event: WatchedEvent<T>): void {
    const history = this.histories.get(event.scope);
    if (history === undefined) return;
    const seq = history.lastSeq;
    history.advance(this.itemsOf(event, history).map(at(event.resourceVersion)), event.resourceVersion);
    if (history.lastSeq !== seq) this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }

  private itemsOf(event: WatchedEvent<T>, history: WatchHistory<T>): HistoryItem<T>[] {
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

  private startList(scope: Scope, isRestored: boolean): void {
    const known = isRestored ? undefined : this.histories.get(scope);
    const history = known ?? new WatchHistory<T>(this.maxTombstones);
    const isFirst = known === undefined;
    this.lists.set(scope, { history, isFirst, listed: new Set(), unparsable: new Set(), changed: new Map() });
  }

  private putListed(scope: Scope, object: T): void {
    const list = this.lists.get(scope);
    if (list === undefined) return;
    const { uid, resourceVersion } = object.metadata;
    this.uids.set(keyOf(object), uid);
    if (list.isFirst) return list.history.addListed(uid, object);
    list.listed.add(list.history.get(uid));
    if (isChanged(object, list.history)) {
      list.changed.set(uid, { id: uid, object, deleted: false, position: resourceVersion });
    }
  }

  private removeListed(scope: Scope, key: string, mayReturn: boolean): void {
    const list = this.lists.get(scope);
    const uid = this.uids.get(key);
    if (list === undefined || uid === undefined) return;
    list.listed.delete(list.history.get(uid));
    list.changed.delete(uid);
    if (mayReturn) list.unparsable.add(uid);
    else list.unparsable.delete(uid);
    if (list.isFirst) list.history.removeListed(uid);
  }

  private endList(scope: Scope, resourceVersion: string): void {
    const list = this.lists.get(scope);
    if (list === undefined) return;
    const { history, isFirst, changed } = list;
    this.lists.delete(scope);
    if (isFirst) {
      history.begin(resourceVersion);
      this.histories.set(scope, history);
      return;
    }
    const deleted = deletionsOf(list);
    for (const { id, object } of deleted) if (this.uids.get(keyOf(object)) === id) this.uids.delete(keyOf(object));
    history.resync(deleted, [...changed.values()], resourceVersion);
  }
}

function at(position: string) {
  return <T>(item: HistoryItem<T>) => ({ ...item, position });
}

function isChanged<T extends KubernetesObject>({ metadata }: T, history: WatchHistory<T>): boolean {
  const known = history.get(metadata.uid);
  return known === undefined || known.deleted || known.object.metadata.resourceVersion !== metadata.resourceVersion;
}

/** Deletions of the objects in a history that a list lacks. */
function deletionsOf<T>({ history, listed, unparsable }: ListInProgress<T>): HistoryItem<T>[] {
  const deletions: HistoryItem<T>[] = [];
  for (const entry of history.all()) {
    const { id, object, deleted } = entry;
    if (!deleted && !listed.has(entry)) deletions.push({ id, object, deleted: true, mayReturn: unparsable.has(id) });
  }
  return deletions;
}
