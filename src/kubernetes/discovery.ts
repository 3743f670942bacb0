import { unlessAborted } from './async.ts';
import type { KubernetesClient } from './client.ts';
import { systemClock, type Clock } from './clock.ts';
import { CancelledError, InvalidObjectError, KubernetesError } from './errors.ts';
import { arrayOf, parseJson, recordOf, stringOf } from './json.ts';

/** A kind that the API server serves. */
export interface DiscoveredKind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** May be empty. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** An aggregated discovery document. */
export interface DiscoveryDocument {
  /** One per group and plural, in the order of the document: by priority of groups, then of their versions. */
  readonly kinds: readonly DiscoveredKind[];
  /** Names of all groups, stale ones included, in the order of the document. */
  readonly groups: readonly string[];
  /** Groups whose server did not answer, so that kinds may be missing. */
  readonly staleGroups: readonly string[];
}

/** The kinds that the API server served at one time. */
export interface DiscoverySnapshot extends DiscoveryDocument {
  /** When it was requested: kinds served before then are included. */
  readonly askedAt: Date;
}

/** Discovery was read recently; `retryAfterMs` says when it may be read again. */
export class DiscoveryNotDueError extends KubernetesError {
  override readonly code = 'Throttled';
}

/** Media type of aggregated discovery, GA since Kubernetes v1.30 (KEP-3352). */
export const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Timeout of a request, in milliseconds. */
const timeoutMs = 10_000;
/** Age in milliseconds at which a snapshot is refreshed in the background. */
const maxAgeMs = 600_000;

/** Settings of {@link Discovery}; all have defaults. */
export interface DiscoveryOptions {
  readonly clock?: Clock;
  /** Minimum time between reads, in milliseconds; 10 000. */
  readonly minIntervalMs?: number;
}

const cancelled = () => new CancelledError('waiting for API discovery was cancelled');

/** The kinds that the API server serves, by aggregated discovery, cached. Reads do not overlap. */
export class Discovery {
  private readonly client: Pick<KubernetesClient, 'raw'>;
  private readonly clock: Clock;
  private readonly minIntervalMs: number;
  private current?: DiscoverySnapshot;
  private reading?: Promise<DiscoverySnapshot>;
  /** Why the last read failed. */
  private failure?: Error;
  private lastReadMs = -Infinity;

  constructor(client: Pick<KubernetesClient, 'raw'>, options: DiscoveryOptions = {}) {
    const { clock = systemClock, minIntervalMs = 10_000 } = options;
    this.client = client;
    this.clock = clock;
    this.minIntervalMs = minIntervalMs;
  }

  /** The last snapshot; undefined before the first read. */
  get snapshot(): DiscoverySnapshot | undefined {
    return this.current;
  }

  /**
   * The last snapshot, of any age; the first one is read. An old snapshot is refreshed in the background.
   *
   * @throws KubernetesError when there is none and it cannot be read
   */
  async latest(signal: AbortSignal): Promise<DiscoverySnapshot> {
    const { current } = this;
    if (current === undefined) return this.since(new Date(0), signal);
    if (this.clock.elapsedMs() - this.lastReadMs >= maxAgeMs) this.read().catch(() => undefined);
    return current;
  }

  /**
   * A snapshot that was requested at `notBefore` or later.
   *
   * @throws DiscoveryNotDueError when it would have to be read too soon after the last read
   * @throws KubernetesError when it cannot be read, or `signal` aborts
   */
  async since(notBefore: Date, signal: AbortSignal): Promise<DiscoverySnapshot> {
    if (this.reading !== undefined) await unlessAborted(this.reading, signal, cancelled);
    if (this.current !== undefined && this.current.askedAt >= notBefore) return this.current;
    return unlessAborted(this.reading ?? this.readIfDue(), signal, cancelled);
  }

  private async readIfDue(): Promise<DiscoverySnapshot> {
    const retryAfterMs = this.lastReadMs + this.minIntervalMs - this.clock.elapsedMs();
    if (retryAfterMs <= 0) return this.read();
    if (this.failure !== undefined) throw this.failure;
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new DiscoveryNotDueError(`API discovery is read again in ${seconds} s`, { retryAfterMs });
  }

  private read(): Promise<DiscoverySnapshot> {
    this.lastReadMs = this.clock.elapsedMs();
    this.reading = this.readDocuments().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readDocuments(): Promise<DiscoverySnapshot> {
    const askedAt = this.clock.now();
    try {
      const reads = await Promise.allSettled([this.document('/api'), this.document('/apis')]);
      // If both fail, always the first error, so that a status that quotes it does not change with each read.
      const documents = reads.map((read) => {
        if (read.status === 'rejected') throw read.reason;
        return read.value;
      });
      this.failure = undefined;
      return (this.current = {
        askedAt,
        kinds: documents.flatMap(({ kinds }) => kinds),
        groups: documents.flatMap(({ groups }) => groups),
        staleGroups: documents.flatMap(({ staleGroups }) => staleGroups),
      });
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw this.failure;
    }
  }

  private async document(path: string): Promise<DiscoveryDocument> {
    return parseDiscovery(await this.client.raw(path, { accept: aggregatedDiscovery, timeoutMs }));
  }
}

/** Parses an `APIGroupDiscoveryList` of apidiscovery.k8s.io/v2. Throws InvalidObjectError for anything else. */
function parseDiscovery(text: string): DiscoveryDocument {
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

/** Empty for an entry that has only subresources. */
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
