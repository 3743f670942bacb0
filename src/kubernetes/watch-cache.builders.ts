import type { WatchCacheEvent } from './reflector.ts';
import type { Scope } from './store.ts';
import { WatchCache } from './watch-cache.ts';
import { keyOf } from './kubernetes-object.ts';
import { aThing, type Thing } from './kubernetes-object.builders.ts';
import { Listeners } from './listeners.ts';
import { silentLogger } from './logger.ts';
import { isNewer } from './resource-version.ts';

interface ServerEvent {
  readonly revision: number;
  readonly thing: Thing;
  readonly gone: boolean;
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
    this.events.push({ revision: this.revision, thing, gone: false });
  }

  delete(namespace: string, name: string): void {
    const known = this.things.get(`${namespace}/${name}`);
    if (known === undefined) return;
    const thing = aThing(name, ++this.revision, { namespace, uid: known.metadata.uid });
    this.things.delete(keyOf(thing));
    this.events.push({ revision: this.revision, thing, gone: true });
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

  constructor(server: ThingServer, namespaces: readonly string[] = [], tombstones?: number) {
    this.server = server;
    this.scopes = namespaces.length > 0 ? namespaces : [undefined];
    const source = { scopes: this.scopes, onWatchCacheEvent: this.events.add.bind(this.events) };
    this.changes = new WatchCache(source, tombstones);
  }

  /** Lists a scope; objects of the colour `broken` cannot be parsed. */
  list(scope: Scope): void {
    const things = [...this.server.things.values()].filter((thing) => isOf(scope, thing));
    this.emit({
      type: 'list',
      scope,
      objects: things.filter(parses),
      unparsable: things.filter((thing) => !parses(thing)).map(keyOf),
      resourceVersion: String(this.server.revision),
    });
  }

  listAll(): this {
    for (const scope of this.scopes) this.list(scope);
    return this;
  }

  /** Receives the next watch event of a scope; false if there is none. */
  take(scope: Scope): boolean {
    const known = this.progress.get(scope) ?? 0;
    const event = this.server.events.find(({ revision, thing }) => isOf(scope, thing) && revision > known);
    if (event === undefined) return false;
    const resourceVersion = String(event.revision);
    const { thing: object } = event;
    const last = parses(object) ? object : undefined;
    if (event.gone || last === undefined)
      this.emit({ type: 'delete', scope, key: keyOf(object), last, resourceVersion });
    else this.emit({ type: 'put', scope, object, resourceVersion });
    return true;
  }

  /** Receives all events and a bookmark. */
  takeAll(): void {
    for (const scope of this.scopes) {
      while (this.take(scope));
      this.emit({ type: 'bookmark', scope, resourceVersion: String(this.server.revision) });
    }
  }

  private emit(event: WatchCacheEvent<Thing>): void {
    this.progress.set(event.scope, Number(event.resourceVersion));
    this.events.emit(event);
  }

  /** Whether a namespace is known up to a resource version. */
  reaches(position: string, namespace?: string): boolean {
    return this.changes.historiesOf(namespace).every(({ progress }) => !isNewer(position, progress));
  }
}

function isOf(scope: Scope, { metadata }: Thing): boolean {
  return scope === undefined || metadata.namespace === scope;
}

function parses({ colour }: Thing): boolean {
  return colour !== 'broken';
}
