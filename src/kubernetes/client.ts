import type { Readable } from 'node:stream';
import type {
  CallOptions,
  DeleteOptions,
  ListPage,
  ListQuery,
  LogQuery,
  PatchOptions,
  WatchOptions,
  WatchQuery,
  WriteOptions,
} from './call-options.ts';
import { systemClock, type Clock } from './clock.ts';
import { type ConnectionSource, Transport, type ApiRequest, type AroundWrite } from './transport.ts';
import { InvalidObjectError, KubernetesError, NotFoundError } from './errors.ts';
import { arrayOf, isRecord, parseJson, recordOf, stringOf } from './json.ts';
import type { KubernetesObject, NewObject, ObjectKey } from './kubernetes-object.ts';
import { apiVersionOf, collectionPath, objectPath, type ApiResource, type ResourceType } from './resource-type.ts';
import { readWatch, type WatchEvent } from './watch-stream.ts';

export type * from './call-options.ts';

/** Settings of a client; all have defaults. */
export interface KubernetesClientOptions {
  /** Default `kubernetes-toolkit`. */
  readonly userAgent?: string;
  /** Default time-out of a call; 30 000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** Asked at the last moment before something is changed; when it says no, the call ends with CancelledError. */
  readonly mayWrite?: () => boolean;
  /** Told of each request that changes something, which it has to send; to watch over it. */
  readonly aroundWrite?: AroundWrite;
}

/** The core resource Pod. */
const pods = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true } as const;

const patchTypes = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' } as const;

/**
 * Typed calls to one API server over pooled connections. Every failure is a KubernetesError. It never retries: it says
 * what happened, and the caller (work queue, reflector, or the caller of an API) decides.
 */
export class KubernetesClient {
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  constructor(source: ConnectionSource, options: KubernetesClientOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    const { userAgent = 'kubernetes-toolkit', mayWrite, aroundWrite } = options;
    this.#transport = new Transport(source, { userAgent, clock: this.#clock, mayWrite, aroundWrite });
  }

  /** Reads one object. Throws NotFoundError when it is not there. */
  async get<T extends KubernetesObject>(resource: ResourceType<T>, key: ObjectKey, options?: CallOptions): Promise<T> {
    return this.#object(resource, { method: 'GET', path: objectPath(resource, key) }, options);
  }

  /** Reads one object; undefined when it is not there. */
  async find<T extends KubernetesObject>(
    resource: ResourceType<T>,
    key: ObjectKey,
    options?: CallOptions,
  ): Promise<T | undefined> {
    try {
      return await this.get(resource, key, options);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** Reads one page of objects. Throws GoneError when the continue token is too old, InvalidObjectError on a bad item. */
  async list<T extends KubernetesObject>(
    resource: ResourceType<T>,
    query: ListQuery = {},
    options?: CallOptions,
  ): Promise<ListPage<T>> {
    const page = await this.listRaw(resource, query, options);
    return { ...page, items: page.items.map((item) => parse(resource, item)) };
  }

  /** Like {@link list}, with the items as JSON, each with `apiVersion` and `kind`. */
  async listRaw(resource: ApiResource, query: ListQuery = {}, options?: CallOptions): Promise<ListPage<unknown>> {
    const { namespace, limit, ...rest } = query;
    const path = collectionPath(resource, namespace);
    const parameters = { ...rest, limit: limit?.toString() };
    const page = await this.#json({ method: 'GET', path, query: parameters }, options);
    const { items, metadata } = recordOf(page);
    const resourceVersion = stringOf(recordOf(metadata)['resourceVersion']);
    if (!Array.isArray(items) || resourceVersion === undefined) {
      throw new InvalidObjectError(`GET ${path} was not answered with a list`);
    }
    return {
      items: arrayOf(items).map((item) => typed(resource, item)),
      resourceVersion,
      continue: continueOf(metadata),
    };
  }

  /**
   * Creates an object. Throws AlreadyExistsError, InvalidError (with the fields), ForbiddenError. The answer to a dry run
   * is no stored object: its resourceVersion is empty.
   */
  async create<T extends KubernetesObject, N extends NewObject>(
    resource: ResourceType<T>,
    object: N,
    options?: WriteOptions,
  ): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    const answer = await this.#json({ method: 'POST', path, body: object, query: dryRun(options) }, options);
    return parse(resource, options?.dryRun ? withVersion(answer) : answer);
  }

  /** Replaces an object as a whole. Throws ConflictError unless `metadata.resourceVersion` is the current one. */
  async replace<T extends KubernetesObject>(resource: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    const path = objectPath(resource, object.metadata);
    return this.#object(resource, { method: 'PUT', path, body: object, query: dryRun(options) }, options);
  }

  /** Patches an object or its status. A `metadata.resourceVersion` in the patch makes it conditional (ConflictError). */
  async patch<T extends KubernetesObject>(
    resource: ResourceType<T>,
    key: ObjectKey,
    patch: object,
    options?: PatchOptions,
  ): Promise<T> {
    const path = objectPath(resource, key, options?.subresource);
    const contentType = patchTypes[options?.type ?? 'merge'];
    return this.#object(resource, { method: 'PATCH', path, body: patch, contentType, query: dryRun(options) }, options);
  }

  /** Asks for deletion; the object goes when its finalizers are gone. Throws NotFoundError, ConflictError. */
  async delete(resource: ApiResource, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    const { preconditions, propagationPolicy } = options ?? {};
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy };
    await this.#call({ method: 'DELETE', path: objectPath(resource, key), body }, options);
  }

  /**
   * Watches a collection. Yields events until the server ends the watch in an orderly way (the generator returns) or the
   * connection breaks (it throws). An ERROR event is yielded, not thrown. Objects are JSON, not parsed.
   */
  async *watch(resource: ApiResource, query: WatchQuery, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { namespace, timeoutSeconds, ...rest } = query;
    const path = collectionPath(resource, namespace);
    const parameters = {
      ...rest,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: timeoutSeconds.toString(),
    };
    const request: ApiRequest = { method: 'GET', path, query: parameters };
    const body = await this.#transport.stream(request, this.#bounds(options));
    yield* readWatch(body, { ...options, call: `watch of ${path}`, clock: this.#clock });
  }

  /**
   * What a container has written, each line with its time before it, as the kubelet sends it.
   *
   * @returns the bytes; the time-out is for their beginning. Destroy the stream to end it early.
   * @throws NotFoundError when the pod is gone, InvalidError while the container waits to be started
   */
  async log(pod: ObjectKey, query: LogQuery, options?: CallOptions): Promise<Readable> {
    const { container, follow, sinceTime } = query;
    const parameters = { container, timestamps: 'true', follow: follow ? 'true' : undefined, sinceTime };
    const request: ApiRequest = { method: 'GET', path: objectPath(pods, pod, 'log'), query: parameters };
    return this.#transport.stream(request, this.#bounds(options));
  }

  /**
   * Asks the API server's opinion (TokenReview, SubjectAccessReview and their like, which are answered but not stored).
   *
   * @returns the `status` of the answer, as JSON
   */
  async review(resource: ApiResource, review: { readonly spec: object }, options?: CallOptions): Promise<unknown> {
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...review };
    const answer = await this.#json({ method: 'POST', path: collectionPath(resource), body }, options);
    return recordOf(answer)['status'];
  }

  /** The body of a GET of any path, as text: `/version`, `/readyz`. `accept` names the media type that is wanted. */
  async raw(path: string, options?: CallOptions & { readonly accept?: string }): Promise<string> {
    return this.#call({ method: 'GET', path, accept: options?.accept }, options);
  }

  async #object<T extends KubernetesObject>(
    resource: ResourceType<T>,
    request: ApiRequest,
    options: CallOptions | undefined,
  ): Promise<T> {
    return parse(resource, await this.#json(request, options));
  }

  async #json(request: ApiRequest, options: CallOptions | undefined): Promise<unknown> {
    const text = await this.#call(request, options);
    const value = parseJson(text);
    if (isRecord(value)) return value;
    throw new InvalidObjectError(`${request.method} ${request.path} was not answered with a JSON object`);
  }

  #call(request: ApiRequest, options: CallOptions | undefined): Promise<string> {
    return this.#transport.call(request, this.#bounds(options));
  }

  #bounds(options: CallOptions | undefined): { signal?: AbortSignal; timeoutMs: number } {
    return { signal: options?.signal, timeoutMs: options?.timeoutMs ?? this.#timeoutMs };
  }
}

function dryRun(options: WriteOptions | undefined): ApiRequest['query'] {
  return options?.dryRun ? { dryRun: 'All' } : {};
}

/** What was not stored has no version; for those who read objects it is an empty one. */
function withVersion(raw: unknown): unknown {
  return { ...recordOf(raw), metadata: { resourceVersion: '', ...recordOf(recordOf(raw)['metadata']) } };
}

function continueOf(metadata: unknown): string | undefined {
  const token = stringOf(recordOf(metadata)['continue']);
  return token === '' ? undefined : token;
}

/** Items of a list of a built-in kind come without `apiVersion` and `kind`. */
function typed(resource: ApiResource, item: unknown): unknown {
  return isRecord(item) ? { apiVersion: apiVersionOf(resource), kind: resource.kind, ...item } : item;
}

function parse<T extends KubernetesObject>(resource: ResourceType<T>, raw: unknown): T {
  try {
    return resource.parse(raw);
  } catch (cause) {
    if (cause instanceof KubernetesError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidObjectError(`The server sent a ${resource.kind} that is not one: ${why}`, { cause });
  }
}
