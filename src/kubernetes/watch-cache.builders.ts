import { expect } from '@jest/globals';
import type { WatchCacheEvent } from './reflector.ts';
import { scopesOf, type Scope } from './store.ts';
import { WatchCache } from './watch-cache.ts';
import { keyOf } from './kubernetes-object.ts';
import { aThing, type Thing } from './kubernetes-object.builders.ts';
import { Listeners } from './listeners.ts';
import { silentLogger } from './logger.ts';
import { isNewer, isOlder } from './resource-version.ts';
import { WatchCursor } from './watch-cursor.ts';

interface ServerEvent {
  readonly revision: number;
  readonly thing: Thing;
  readonly deleted: boolean;
}

/** A minimal API server: objects and their history. */
export class ThingServer {
  revision = 100;
  private uids = 0;
  readonly things = new Map<string, Thing>();
  readonly events: ServerEvent[] = [];

  /** Creates or updates an object. */
  write(namespace: string, name: string, colour = 'red'): void {
    const known = this.things.get(`${namespace}/${name}`);
    const uid = known?.metadata.uid ?? `uid-${++this.uids}`;
    const thing = aThing(name, ++this.revision, { namespace, uid, colour });
    this.things.set(keyOf(thing), thing);
    this.events.push({ revision: this.revision, thing, deleted: false });
  }

  delete(namespace: string, name: string): void {
    const known = this.things.get(`${namespace}/${name}`);
    if (known === undefined) return;
    const thing = aThing(name, ++this.revision, { namespace, uid: known.metadata.uid });
    this.things.delete(keyOf(thing));
    this.events.push({ revision: this.revision, thing, deleted: true });
  }

  /** The current state, as `uid@version`, sorted. */
  state(namespace?: string): string[] {
    const things = [...this.things.values()].filter((thing) => isOf(namespace, thing) && parses(thing));
    return things.map(({ metadata }) => `${metadata.uid}@${metadata.resourceVersion}`).sort();
  }
}

/** A replica that receives events when the test says so. */
export class Replica {
  readonly changes: WatchCache<Thing>;
  readonly scopes: readonly Scope[];
  private readonly server: ThingServer;
  private readonly events = new Listeners<WatchCacheEvent<Thing>>(silentLogger);
  private readonly progress = new Map<Scope, number>();
  /** Number of events before the lists that have not ended. */
  private readonly listedAt = new Map<Scope, number>();

  constructor(server: ThingServer, namespaces: readonly string[] = [], tombstones?: number) {
    this.server = server;
    this.scopes = scopesOf(namespaces);
    const source = { scopes: this.scopes, onWatchCacheEvent: this.events.add.bind(this.events) };
    this.changes = new WatchCache(source, tombstones);
  }

  /** Lists a scope; objects of the colour `broken` cannot be parsed. */
  list(scope: Scope): void {
    this.startList(scope);
    this.endList(scope);
  }

  /** Begins a streaming list, not in the order of resource versions. */
  startList(scope: Scope): void {
    const { revision } = this.server;
    this.events.emit({ type: 'listStart', scope, isRestored: revision < (this.progress.get(scope) ?? 0) });
    const things = [...this.server.things.values()].filter((thing) => isOf(scope, thing));
    for (const thing of things.reverse()) this.emitListed(scope, thing, false);
    this.listedAt.set(scope, this.server.events.length);
  }

  /** Receives what has changed since the list began, and its end. */
  private endList(scope: Scope): void {
    const from = this.listedAt.get(scope);
    if (from === undefined) return;
    this.listedAt.delete(scope);
    const changes = this.server.events.slice(from).filter(({ thing }) => isOf(scope, thing));
    for (const { thing, deleted } of changes) this.emitListed(scope, thing, deleted);
    this.emit({ type: 'listEnd', scope, resourceVersion: String(this.server.revision) });
  }

  private emitListed(scope: Scope, object: Thing, deleted: boolean): void {
    const mayReturn = !deleted && !parses(object);
    if (deleted || mayReturn) this.events.emit({ type: 'unlisted', scope, key: keyOf(object), mayReturn });
    else this.events.emit({ type: 'listed', scope, object });
  }

  listAll(): this {
    for (const scope of this.scopes) this.list(scope);
    return this;
  }

  /** Receives the next watch event of a scope; false if there is none. */
  take(scope: Scope): boolean {
    this.endList(scope);
    const known = this.progress.get(scope) ?? 0;
    const event = this.server.events.find(({ revision, thing }) => isOf(scope, thing) && revision > known);
    if (event === undefined) return false;
    const resourceVersion = String(event.revision);
    const { thing: object } = event;
    const last = parses(object) ? object : undefined;
    if (event.deleted || last === undefined)
      this.emit({ type: 'delete', scope, key: keyOf(object), last, resourceVersion });
    else this.emit({ type: 'put', scope, object, resourceVersion });
    return true;
  }

  /** Receives all events and a bookmark. */
  takeAll(): void {
    for (const scope of this.scopes) {
      this.endList(scope);
      while (this.take(scope));
      this.emit({ type: 'bookmark', scope, resourceVersion: String(this.server.revision) });
    }
  }

  private emit(event: WatchCacheEvent<Thing> & { readonly resourceVersion: string }): void {
    this.progress.set(event.scope, Number(event.resourceVersion));
    this.events.emit(event);
  }

  /** Whether a namespace is known up to a resource version. */
  reaches(position: string, namespace?: string): boolean {
    return this.changes.historiesOf(namespace).every(({ progress }) => !isNewer(position, progress));
  }
}

/** A client that keeps a view of what it reads, resumes, and starts over when it has to. */
export class WatchClient {
  readonly view = new Map<string, string>();
  restarts = 0;
  position = '';
  replica: Replica;
  private readonly namespace: string | undefined;
  private cursor: WatchCursor<Thing>;

  constructor(replica: Replica, namespace?: string) {
    this.replica = replica;
    this.namespace = namespace;
    this.cursor = new WatchCursor(replica.changes, namespace);
  }

  /** Reads up to `most` events; returns their number. */
  read(most: number): number {
    for (let count = 0; count < most; count++) {
      if (this.cursor.isExpired) this.startOver();
      const read = this.cursor.next();
      if (read === undefined) {
        this.note(this.cursor.position);
        return count;
      }
      const { uid, resourceVersion, namespace } = read.entry.object.metadata;
      if (read.entry.deleted || namespace !== (this.namespace ?? namespace)) this.view.delete(uid);
      else this.view.set(uid, resourceVersion);
      this.note(read.position);
    }
    return most;
  }

  /** Disconnects and resumes at a replica from the last reported position. */
  resume(replica: Replica): void {
    this.replica = replica;
    if (this.position === '') return this.startOver();
    if (!replica.reaches(this.position, this.namespace)) replica.takeAll();
    this.cursor = new WatchCursor(replica.changes, this.namespace, this.position);
  }

  state(): string[] {
    return [...this.view].map(([uid, version]) => `${uid}@${version}`).sort();
  }

  private startOver(): void {
    this.restarts++;
    this.view.clear();
    this.position = '';
    this.cursor = new WatchCursor(this.replica.changes, this.namespace);
  }

  private note(position: string): void {
    expect(isOlder(position, this.position || '0')).toBe(false);
    this.position = position;
  }
}

function isOf(scope: Scope, { metadata }: Thing): boolean {
  return scope === undefined || metadata.namespace === scope;
}

function parses({ colour }: Thing): boolean {
  return colour !== 'broken';
}
