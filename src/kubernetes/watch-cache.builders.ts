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

/** An API server in a nutshell: things, and what has happened to them in which order. */
export class ThingServer {
  revision = 100;
  #uids = 0;
  readonly things = new Map<string, Thing>();
  readonly events: ServerEvent[] = [];

  /** Creates a thing, or changes the one there is. */
  write(namespace: string, name: string, colour = 'red'): void {
    const known = this.things.get(`${namespace}/${name}`);
    const uid = known?.metadata.uid ?? `uid-${++this.#uids}`;
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

  /** What there is, as `uid@version`, sorted. */
  state(namespace?: string): string[] {
    const things = [...this.things.values()].filter((thing) => isOf(namespace, thing) && parses(thing));
    return things.map(({ metadata }) => `${metadata.uid}@${metadata.resourceVersion}`).sort();
  }
}

/** A replica that mirrors a server as fast as a test lets it. */
export class Replica {
  readonly changes: WatchCache<Thing>;
  readonly scopes: readonly Scope[];
  readonly #server: ThingServer;
  readonly #arrivals = new Listeners<WatchCacheEvent<Thing>>(silentLogger);
  readonly #progress = new Map<Scope, number>();

  constructor(server: ThingServer, namespaces: readonly string[] = [], tombstones?: number) {
    this.#server = server;
    this.scopes = namespaces.length > 0 ? namespaces : [undefined];
    const source = { scopes: this.scopes, onWatchCacheEvent: this.#arrivals.add.bind(this.#arrivals) };
    this.changes = new WatchCache(source, tombstones);
  }

  /** Lists a scope; things of the colour `broken` do not parse. */
  list(scope: Scope): void {
    const things = [...this.#server.things.values()].filter((thing) => isOf(scope, thing));
    this.#arrive({
      type: 'list',
      scope,
      objects: things.filter(parses),
      unparsable: things.filter((thing) => !parses(thing)).map(keyOf),
      resourceVersion: String(this.#server.revision),
    });
  }

  listAll(): this {
    for (const scope of this.scopes) this.list(scope);
    return this;
  }

  /** Takes the next event of a scope from the watch; false when there is none. */
  take(scope: Scope): boolean {
    const known = this.#progress.get(scope) ?? 0;
    const event = this.#server.events.find(({ revision, thing }) => isOf(scope, thing) && revision > known);
    if (event === undefined) return false;
    const resourceVersion = String(event.revision);
    const { thing: object } = event;
    const last = parses(object) ? object : undefined;
    if (event.gone || last === undefined)
      this.#arrive({ type: 'delete', scope, key: keyOf(object), last, resourceVersion });
    else this.#arrive({ type: 'put', scope, object, resourceVersion });
    return true;
  }

  /** Takes everything that there is, and a bookmark. */
  takeAll(): void {
    for (const scope of this.scopes) {
      while (this.take(scope));
      this.#arrive({ type: 'bookmark', scope, resourceVersion: String(this.#server.revision) });
    }
  }

  #arrive(arrival: WatchCacheEvent<Thing>): void {
    this.#progress.set(arrival.scope, Number(arrival.resourceVersion));
    this.#arrivals.emit(arrival);
  }

  /** Whether everything of a namespace is known up to a resource version. */
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
