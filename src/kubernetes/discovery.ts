import { unlessAborted } from './async.ts';
import type { KubernetesClient } from './client.ts';
import { systemClock, type Clock } from './clock.ts';
import { CancelledError, KubernetesError, InvalidObjectError } from './errors.ts';
import { arrayOf, parseJson, recordOf, stringOf } from './json.ts';

/** A kind of resource that the API server serves. */
export interface DiscoveredKind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** Empty when the API server gives none. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** One document of aggregated discovery. */
export interface DiscoveryDocument {
  /** In the order of the document: by priority of the groups, then of their versions; one for each group and plural. */
  readonly kinds: readonly DiscoveredKind[];
  /** Names of all groups, the stale ones too, in the order of the document. */
  readonly groups: readonly string[];
  /** Groups whose server could not be asked, so that some of their kinds may be missing. */
  readonly staleGroups: readonly string[];
}

/** Media type of aggregated discovery, GA since Kubernetes v1.30 (KEP-3352). */
export const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Parses an `APIGroupDiscoveryList` of apidiscovery.k8s.io/v2.
 *
 * @throws InvalidObjectError when the text is something else
 */
export function parseDiscovery(text: string): DiscoveryDocument {
  const { kind, items } = recordOf(parseJson(text));
  if (kind !== 'APIGroupDiscoveryList') {
    throw new InvalidObjectError('the API server does not serve aggregated discovery (Kubernetes v1.30 or newer does)');
  }
  const groups = arrayOf(items).map(parseGroup);
  return {
    kinds: groups.flatMap(({ kinds }) => kinds),
    groups: groups.map(({ name }) => name),
    staleGroups: groups.filter(({ stale }) => stale).map(({ name }) => name),
  };
}

function parseGroup(raw: unknown): { name: string; stale: boolean; kinds: readonly DiscoveredKind[] } {
  const { metadata, versions } = recordOf(raw);
  const name = stringOf(recordOf(metadata)['name']) ?? '';
  const listed = arrayOf(versions).map(recordOf);
  const all = listed.flatMap(({ resources }) => arrayOf(resources)).flatMap((resource) => parseKind(name, resource));
  const byPlural = new Map(all.toReversed().map((one) => [one.plural, one]));
  return {
    name,
    stale: listed.some(({ freshness }) => freshness === 'Stale'),
    kinds: all.filter((one) => byPlural.get(one.plural) === one),
  };
}

/** None for an entry that has subresources only. */
function parseKind(group: string, raw: unknown): readonly DiscoveredKind[] {
  const { resource, responseKind, scope, singularResource, shortNames } = recordOf(raw);
  const [plural, kind] = [stringOf(resource), stringOf(recordOf(responseKind)['kind'])];
  if (plural === undefined || kind === undefined || kind === '') return [];
  return [
    {
      group,
      kind,
      plural,
      singular: stringOf(singularResource) ?? '',
      shortNames: arrayOf(shortNames).flatMap((name) => stringOf(name) ?? []),
      namespaced: scope === 'Namespaced',
    },
  ];
}

/** Discovery was read a short time ago; `retryAfterMs` says when it may be read again. */
export class DiscoveryNotDueError extends KubernetesError {
  override readonly code = 'Throttled';
}

const cancelled = () => new CancelledError('the wait for API discovery was ended');

/** What the API server served at one moment. */
export interface DiscoverySnapshot extends DiscoveryDocument {
  /** When it was asked for, so that everything that was served before then is in it. */
  readonly askedAt: Date;
}

/** Time-out of a read, in milliseconds. */
const timeoutMs = 10_000;

/** Settings of {@link Discovery}; all have defaults. */
export interface DiscoveryOptions {
  readonly clock?: Clock;
  /** Milliseconds between the beginnings of two reads; 10 000. */
  readonly minIntervalMs?: number;
  /** Age in milliseconds from which a snapshot that is used is read again in the background; 600 000. */
  readonly maxAgeMs?: number;
}

/**
 * The kinds that the API server serves, by aggregated discovery, cached. At most one read is under way at a time, and one
 * begins at most every `minIntervalMs`, whoever asks.
 */
export class Discovery {
  readonly #client: Pick<KubernetesClient, 'raw'>;
  readonly #clock: Clock;
  readonly #minIntervalMs: number;
  readonly #maxAgeMs: number;
  #snapshot: DiscoverySnapshot | undefined;
  #reading: Promise<DiscoverySnapshot> | undefined;
  /** The failure of the last read, when it failed. */
  #failure: Error | undefined;
  /** By {@link Clock.elapsedMs}. */
  #lastReadMs = -Infinity;

  constructor(client: Pick<KubernetesClient, 'raw'>, options: DiscoveryOptions = {}) {
    this.#client = client;
    this.#clock = options.clock ?? systemClock;
    this.#minIntervalMs = options.minIntervalMs ?? 10_000;
    this.#maxAgeMs = options.maxAgeMs ?? 600_000;
  }

  /** The last snapshot; undefined before the first. */
  get snapshot(): DiscoverySnapshot | undefined {
    return this.#snapshot;
  }

  /**
   * The last snapshot, whatever its age; the first one is read. An old one is read again for those who ask later.
   *
   * @throws KubernetesError when there is none and it cannot be read now
   */
  async latest(signal: AbortSignal): Promise<DiscoverySnapshot> {
    const known = this.#snapshot;
    if (known === undefined) return this.since(new Date(0), signal);
    const isOld = this.#clock.elapsedMs() - this.#lastReadMs >= this.#maxAgeMs;
    if (isOld) this.#read().catch(() => undefined);
    return known;
  }

  /**
   * A snapshot that was asked for at `notBefore` or later.
   *
   * @throws DiscoveryNotDueError when it would have to be read again too soon
   * @throws KubernetesError when discovery cannot be read now, or `signal` aborts
   */
  async since(notBefore: Date, signal: AbortSignal): Promise<DiscoverySnapshot> {
    if (this.#reading !== undefined) await unlessAborted(this.#reading, signal, cancelled);
    if (this.#snapshot !== undefined && this.#snapshot.askedAt >= notBefore) return this.#snapshot;
    return unlessAborted(this.#reading ?? this.#readIfAllowed(), signal, cancelled);
  }

  async #readIfAllowed(): Promise<DiscoverySnapshot> {
    const retryAfterMs = this.#lastReadMs + this.#minIntervalMs - this.#clock.elapsedMs();
    if (retryAfterMs <= 0) return this.#read();
    if (this.#failure !== undefined) throw this.#failure;
    throw new DiscoveryNotDueError(`API discovery is read again in ${Math.ceil(retryAfterMs / 1000)} s`, {
      retryAfterMs,
    });
  }

  #read(): Promise<DiscoverySnapshot> {
    this.#lastReadMs = this.#clock.elapsedMs();
    this.#reading = this.#readBoth().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #document(path: string): Promise<DiscoveryDocument> {
    return parseDiscovery(await this.#client.raw(path, { accept: aggregatedDiscovery, timeoutMs }));
  }

  async #readBoth(): Promise<DiscoverySnapshot> {
    const askedAt = this.#clock.now();
    try {
      const reads = await Promise.allSettled([this.#document('/api'), this.#document('/apis')]);
      // Of two that fail, always the same one: a status that quotes it does not change with each read.
      const documents = reads.map((read) => {
        if (read.status === 'rejected') throw read.reason;
        return read.value;
      });
      this.#failure = undefined;
      return (this.#snapshot = {
        askedAt,
        kinds: documents.flatMap(({ kinds }) => kinds),
        groups: documents.flatMap(({ groups }) => groups),
        staleGroups: documents.flatMap(({ staleGroups }) => staleGroups),
      });
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    }
  }
}
