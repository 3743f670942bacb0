import type { Readable } from 'node:stream';
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  ListQuery,
  LogQuery,
  PatchOptions,
  WatchOptions,
  WatchQuery,
  WriteOptions,
} from './call-options.ts';
import type { DeadlineOptions } from './async.ts';
import { systemClock, type Clock } from './clock.ts';
import { Transport, type ApiRequest, type ConnectionSource, type TransportOptions } from './transport.ts';
import { InvalidObjectError, KubernetesError, NotFoundError } from './errors.ts';
import { arrayOf, isRecord, parseJson, recordOf, stringOf } from './json.ts';
import type { KubernetesObject, NewObject, ObjectKey } from './kubernetes-object.ts';
import { apiVersionOf, collectionPath, objectPath, type ApiResource, type ResourceType } from './resource-type.ts';
import { readWatch, type WatchEvent } from './watch-stream.ts';

export type * from './call-options.ts';

/** Settings of a client; all have defaults. */
export interface KubernetesClientOptions extends Partial<TransportOptions> {
  /** Default timeout of a call in milliseconds; 30 000. */
  readonly timeoutMs?: number;
}

/** The core resource Pod. */
const pods = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true } as const;

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists */
const streamingList = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } as const;

const patchTypes = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' } as const;

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const metadataEvents = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Typed calls to one API server. Every failure is a KubernetesError. Never retries. */
export class KubernetesClient {
  private readonly transport: Transport;
  private readonly timeoutMs: number;
  private readonly clock: Clock;

  constructor(source: ConnectionSource, options: KubernetesClientOptions = {}) {
    const { userAgent = 'kubernetes-toolkit', clock = systemClock, timeoutMs = 30_000 } = options;
    this.transport = new Transport(source, { ...options, userAgent, clock });
    this.timeoutMs = timeoutMs;
    this.clock = clock;
  }

  /** Reads one object. Throws NotFoundError. */
  async get<T extends KubernetesObject>(resource: ResourceType<T>, key: ObjectKey, options?: CallOptions): Promise<T> {
    return this.object(resource, { method: 'GET', path: objectPath(resource, key) }, options);
  }

  /** Reads one object; undefined when there is none. */
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

  /** Reads one page. Throws GoneError when the continue token has expired, InvalidObjectError for an invalid item. */
  async list<T extends KubernetesObject>(
    resource: ResourceType<T>,
    query: ListQuery = {},
    options?: CallOptions,
  ): Promise<ListPage<T>> {
    const page = await this.listRaw(resource, query, options);
    return { ...page, items: page.items.map((item) => parse(resource, item)) };
  }

  /** Like {@link list}, with the items as JSON. Items of built-in kinds get the `apiVersion` and `kind` that they lack. */
  async listRaw(resource: ApiResource, query: ListQuery = {}, options?: ListOptions): Promise<ListPage<unknown>> {
    const { namespace, limit, ...rest } = query;
    const path = collectionPath(resource, namespace);
    const parameters = { ...rest, limit: limit?.toString() };
    const accept = options?.metadataOnly === true ? metadataList : undefined;
    const page = await this.json({ method: 'GET', path, query: parameters, accept }, options);
    const { items, metadata } = recordOf(page);
    const resourceVersion = stringOf(recordOf(metadata)['resourceVersion']);
    // Go encodes an empty list of metadata as null.
    if ((items !== null && !Array.isArray(items)) || resourceVersion === undefined) {
      throw new InvalidObjectError(`GET ${path} was not answered with a list`);
    }
    return {
      items: arrayOf(items).map((item) => typed(resource, item)),
      resourceVersion,
      continue: continueOf(metadata),
    };
  }

  /**
   * Creates an object. Throws AlreadyExistsError, InvalidError (with the fields), ForbiddenError. The result of a dry run has an
   * empty resourceVersion. With a timeout the API server stops as well, after as long.
   */
  async create<T extends KubernetesObject, N extends NewObject>(
    resource: ResourceType<T>,
    object: N,
    options?: WriteOptions,
  ): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    const { timeoutMs } = options ?? {};
    const query = { ...dryRun(options), timeout: timeoutMs === undefined ? undefined : `${timeoutMs}ms` };
    const response = await this.json({ method: 'POST', path, body: object, query }, options);
    return parse(resource, options?.dryRun ? withResourceVersion(response) : response);
  }

  /** Replaces an object. Throws ConflictError unless `metadata.resourceVersion` is current. */
  async replace<T extends KubernetesObject>(resource: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    const path = objectPath(resource, object.metadata);
    return this.object(resource, { method: 'PUT', path, body: object, query: dryRun(options) }, options);
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
    return this.object(resource, { method: 'PATCH', path, body: patch, contentType, query: dryRun(options) }, options);
  }

  /** Deletes an object; it is gone once its finalizers are. Throws NotFoundError, ConflictError. */
  async delete(resource: ApiResource, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    const { preconditions, propagationPolicy } = options ?? {};
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy };
    await this.call({ method: 'DELETE', path: objectPath(resource, key), body }, options);
  }

  /**
   * Watches a collection. The generator returns when the server closes the watch and throws when the connection breaks. ERROR
   * events are yielded, not thrown. Objects are JSON, not parsed.
   */
  async *watch(resource: ApiResource, query: WatchQuery, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { namespace, timeoutSeconds, ...rest } = query;
    const path = collectionPath(resource, namespace);
    const parameters = {
      ...rest,
      ...(query.resourceVersion === undefined ? streamingList : {}),
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: timeoutSeconds.toString(),
    };
    const accept = options.metadataOnly === true ? metadataEvents : undefined;
    const request: ApiRequest = { method: 'GET', path, query: parameters, accept };
    const body = await this.transport.stream(request, this.limits(options));
    yield* readWatch(body, { ...options, call: `watch of ${path}`, clock: this.clock });
  }

  /**
   * Reads the log of a container, with a timestamp before each line.
   *
   * @returns the bytes; the timeout covers the time until the response headers. Destroy the stream to end it early.
   * @throws NotFoundError when the pod is gone, InvalidError while the container is waiting to start
   */
  async log(pod: ObjectKey, query: LogQuery, options?: CallOptions): Promise<Readable> {
    const { container, follow, sinceTime } = query;
    const parameters = { container, timestamps: 'true', follow: follow ? 'true' : undefined, sinceTime };
    const request: ApiRequest = { method: 'GET', path: objectPath(pods, pod, 'log'), query: parameters };
    return this.transport.stream(request, this.limits(options));
  }

  /**
   * Creates a TokenReview, SubjectAccessReview or the like, which the API server answers but does not store.
   *
   * @returns the `status` of the response, as JSON
   */
  async review(resource: ApiResource, review: { readonly spec: object }, options?: CallOptions): Promise<unknown> {
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...review };
    const response = await this.json({ method: 'POST', path: collectionPath(resource), body }, options);
    return recordOf(response)['status'];
  }

  /** The response body of a GET of any path, such as `/version` or `/readyz`. */
  async raw(path: string, options?: CallOptions & { readonly accept?: string }): Promise<string> {
    return this.call({ method: 'GET', path, accept: options?.accept }, options);
  }

  private async object<T extends KubernetesObject>(
    resource: ResourceType<T>,
    request: ApiRequest,
    options: CallOptions | undefined,
  ): Promise<T> {
    return parse(resource, await this.json(request, options));
  }

  private async json(request: ApiRequest, options: CallOptions | undefined): Promise<unknown> {
    const text = await this.call(request, options);
    const value = parseJson(text);
    if (isRecord(value)) return value;
    throw new InvalidObjectError(`${request.method} ${request.path} was not answered with a JSON object`);
  }

  private call(request: ApiRequest, options: CallOptions | undefined): Promise<string> {
    return this.transport.call(request, this.limits(options));
  }

  private limits(options: CallOptions | undefined): DeadlineOptions {
    return { signal: options?.signal, timeoutMs: options?.timeoutMs ?? this.timeoutMs };
  }
}

function dryRun(options: WriteOptions | undefined): ApiRequest['query'] {
  return options?.dryRun ? { dryRun: 'All' } : {};
}

/** An object that was not stored has no resourceVersion, which parsers require. */
function withResourceVersion(raw: unknown): unknown {
  return { ...recordOf(raw), metadata: { resourceVersion: '', ...recordOf(recordOf(raw)['metadata']) } };
}

function continueOf(metadata: unknown): string | undefined {
  const token = stringOf(recordOf(metadata)['continue']);
  return token === '' ? undefined : token;
}

function typed(resource: ApiResource, item: unknown): unknown {
  return isRecord(item) ? { apiVersion: apiVersionOf(resource), kind: resource.kind, ...item } : item;
}

function parse<T extends KubernetesObject>(resource: ResourceType<T>, raw: unknown): T {
  try {
    return resource.parse(raw);
  } catch (cause) {
    if (cause instanceof KubernetesError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidObjectError(`The server sent an invalid ${resource.kind}: ${why}`, { cause });
  }
}
