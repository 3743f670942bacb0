import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CallOptions, DeleteOptions, ListPage, ListQuery, PatchOptions, WriteOptions } from './call-options.ts';
import type { KubernetesClient } from './client.ts';
import {
  AlreadyExistsError,
  CancelledError,
  ConflictError,
  InvalidError,
  NotFoundError,
  UnavailableError,
} from './errors.ts';
import { applyJsonPatch, applyMergePatch } from './fake-patches.builders.ts';
import { validate } from './fake-validation.builders.ts';
import { recordOf, stringOf, type JsonRecord } from './json.ts';
import type { KubernetesObject, NewObject, ObjectKey } from './kubernetes-object.ts';
import { parseLabelSelector } from './label-selector.ts';
import { collectionPath, objectPath, type ApiResource, type ResourceType } from './resource-type.ts';

/** An object as it is stored: JSON, with the metadata that the server has filled in. */
type Stored = JsonRecord & { readonly metadata: JsonRecord };

/** A request, as the server receives it. */
export interface FakeRequest {
  readonly verb: 'get' | 'list' | 'create' | 'patch' | 'delete';
  readonly path: string;
  readonly body?: unknown;
}

/** Hooks around each request; they do nothing by default. */
export interface FakeNetwork {
  /** Awaited before the server handles a request, so that others can go first. Its errors are those of the call. */
  readonly before?: (request: FakeRequest) => void | Promise<void>;
  /** Awaited after the server has handled a request, before its response. Its errors are those of the call. */
  readonly after?: (request: FakeRequest) => void | Promise<void>;
}

/**
 * An API server in memory, behind the interface of {@link KubernetesClient}, for tests of decisions between requests. It
 * stores objects, compares `resourceVersion` and `uid` and rejects requests as kube-apiserver does. The cases in
 * `api-server-contract.builders.ts` run on the real one as well.
 * Of a schema it validates only that of Leases.
 */
export class FakeApiServer {
  /** Every request in the order in which the server handled it. */
  readonly requests: FakeRequest[] = [];
  /** Mutating admission of created objects. */
  admitCreation: (object: JsonRecord) => JsonRecord = (object) => object;
  private readonly objects = new Map<string, Stored>();
  private changes = 1;

  /** A client of this server. Each client represents one process. */
  client(network: FakeNetwork = {}): KubernetesClient {
    const handle = async <T>(request: FakeRequest, options: CallOptions | undefined, answer: () => T): Promise<T> => {
      await network.before?.(request);
      if (options?.signal?.aborted) throw new CancelledError(`${request.verb} was cancelled by its caller`);
      this.requests.push(request);
      const given = settled(answer);
      await network.after?.(request);
      return given();
    };
    return new FakeClient(this, handle) as unknown as KubernetesClient;
  }

  /** The verbs of the requests so far. */
  get verbs(): string[] {
    return this.requests.map(({ verb }) => verb);
  }

  /** The current resource version. */
  get revision(): string {
    return this.changes.toString();
  }

  /** All objects of a resource, in a namespace or in all. */
  list<T extends KubernetesObject>(resource: ResourceType<T>, namespace?: string): T[] {
    const ofResource = [...this.objects].filter(([path]) => path.split('/').at(-2) === resource.plural);
    const objects = ofResource.map(([, object]) => resource.parse(copied(object)));
    return objects.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  }

  /** Stores an object unchanged, including its UID; returns it with its new resource version. */
  put<T extends KubernetesObject>(resource: ResourceType<T>, object: object): T {
    const metadata = recordOf(recordOf(object)['metadata']);
    const [namespace, name = ''] = [stringOf(metadata['namespace']), stringOf(metadata['name'])];
    const path = objectPath(resource, { namespace, name });
    this.objects.delete(path);
    return resource.parse(this.store(path, { ...object, metadata }));
  }

  /** Removes an object regardless of its finalizers. */
  remove(resource: ApiResource, key: ObjectKey): void {
    this.objects.delete(objectPath(resource, key));
    this.changes += 1;
  }

  read(path: string): Stored {
    const object = this.objects.get(path);
    if (object === undefined) throw new NotFoundError(`${path} not found`, { status: 404, reason: 'NotFound' });
    return copied(object);
  }

  create(path: string, sent: JsonRecord, dryRun = false): Stored {
    const object = this.admitCreation(sent);
    const metadata = recordOf(object['metadata']);
    if (isGiven(metadata['resourceVersion'])) {
      throw new UnavailableError('resourceVersion should not be set on objects to be created', { status: 500 });
    }
    validate(object);
    if (this.objects.has(path)) {
      throw new AlreadyExistsError(`${path} already exists`, { status: 409, reason: 'AlreadyExists' });
    }
    const resourceVersion = dryRun ? '0' : undefined;
    const filledIn = { uid: randomUUID(), creationTimestamp: '2026-01-02T03:04:05Z', resourceVersion };
    const created = { ...object, status: undefined, metadata: { ...metadata, ...filledIn } };
    return dryRun ? copied(created) : this.store(path, created);
  }

  /**
   * @param patch a merge patch, or the operations of a JSON patch
   * @param part what the patch may change
   * @param dryRun whether to return the result without storing it
   */
  patch(path: string, patch: unknown, part: 'all' | 'status' | 'not the status', dryRun = false): Stored {
    const before = this.read(path);
    const merged = Array.isArray(patch) ? applyJsonPatch(before, patch) : recordOf(applyMergePatch(before, patch));
    const metadata = recordOf(merged['metadata']);
    compareVersions(path, before.metadata['resourceVersion'], metadata['resourceVersion'] ?? '');
    if (isGiven(metadata['uid']) && metadata['uid'] !== before.metadata['uid']) {
      throw new InvalidError('metadata.uid: field is immutable', { status: 422, reason: 'Invalid' });
    }
    validate(merged);
    const { uid, creationTimestamp, deletionTimestamp } = before.metadata;
    const body = part === 'status' ? { ...before, status: merged['status'] } : merged;
    const status = part === 'not the status' ? before['status'] : merged['status'];
    const next = { ...body, status, metadata: { ...metadata, uid, creationTimestamp, deletionTimestamp } };
    return dryRun ? copied(next) : this.store(path, next);
  }

  delete(path: string, { uid, resourceVersion }: NonNullable<DeleteOptions['preconditions']> = {}): void {
    const object = this.read(path);
    const { metadata } = object;
    if (uid !== undefined && uid !== metadata['uid']) throw changed(path, 'UID in precondition');
    if (resourceVersion !== undefined && resourceVersion !== metadata['resourceVersion']) {
      throw changed(path, 'ResourceVersion in precondition');
    }
    const deletionTimestamp = metadata['deletionTimestamp'] ?? '2026-01-02T03:04:05Z';
    this.store(path, { ...object, metadata: { ...metadata, deletionTimestamp } });
  }

  /** An update without a difference is not written; an object that is being deleted is removed with its last finalizer. */
  private store(path: string, object: JsonRecord & { readonly metadata: JsonRecord }): Stored {
    const metadata = { ...object.metadata, resourceVersion: undefined };
    const before = this.objects.get(path);
    const next: Stored = copied({ ...object, metadata });
    const stored = (resourceVersion: string): Stored => ({ ...next, metadata: { ...next.metadata, resourceVersion } });
    const version = stringOf(before?.metadata['resourceVersion']);
    if (version !== undefined && isDeepStrictEqual(before, stored(version)) && !isGone(next))
      return copied(stored(version));
    this.changes += 1;
    const written = stored(this.revision);
    if (isGone(written)) this.objects.delete(path);
    else this.objects.set(path, written);
    return copied(written);
  }
}

type Handle = <T>(request: FakeRequest, options: CallOptions | undefined, answer: () => T) => Promise<T>;

/** The calls of {@link KubernetesClient} that read and write objects. */
class FakeClient {
  constructor(
    private readonly server: FakeApiServer,
    private readonly handle: Handle,
  ) {}

  get<T extends KubernetesObject>(resource: ResourceType<T>, key: ObjectKey, options?: CallOptions): Promise<T> {
    const path = objectPath(resource, key);
    return this.handle({ verb: 'get', path }, options, () => resource.parse(this.server.read(path)));
  }

  async find<T extends KubernetesObject>(resource: ResourceType<T>, key: ObjectKey, options?: CallOptions) {
    try {
      return await this.get(resource, key, options);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  create<T extends KubernetesObject>(resource: ResourceType<T>, object: NewObject, options?: WriteOptions) {
    const { namespace, generateName = '', name = `${generateName}${randomUUID()}` } = object.metadata;
    const path = objectPath(resource, { namespace, name });
    const body = asSent({ ...object, metadata: { ...object.metadata, name } });
    return this.handle({ verb: 'create', path, body }, options, () =>
      resource.parse(this.server.create(path, body, options?.dryRun)),
    );
  }

  patch<T extends KubernetesObject>(resource: ResourceType<T>, key: ObjectKey, patch: object, options?: PatchOptions) {
    const path = objectPath(resource, key);
    const body: unknown = copied(patch);
    const others = hasStatus.has(resource.plural) ? 'not the status' : 'all';
    const part = options?.subresource === 'status' ? 'status' : others;
    return this.handle({ verb: 'patch', path, body }, options, () =>
      resource.parse(this.server.patch(path, body, part, options?.dryRun)),
    );
  }

  delete(resource: ApiResource, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    const path = objectPath(resource, key);
    const { preconditions, propagationPolicy } = options ?? {};
    const body = asSent({ preconditions, propagationPolicy });
    return this.handle({ verb: 'delete', path, body }, options, () => this.server.delete(path, preconditions));
  }

  async list<T extends KubernetesObject>(resource: ResourceType<T>, query: ListQuery = {}, options?: CallOptions) {
    const page = await this.listRaw(resource, query, options);
    return { ...page, items: page.items.map((item) => resource.parse(item)) };
  }

  /** With label selectors, and the field selectors `path=value` and `path!=value`. */
  listRaw(resource: ApiResource, query: ListQuery = {}, options?: CallOptions): Promise<ListPage<unknown>> {
    const { namespace, labelSelector = '', fieldSelector = '', limit = Infinity } = query;
    const path = `${collectionPath(resource, namespace)}/`;
    return this.handle({ verb: 'list', path, body: asSent(query) }, options, () => {
      const all = this.server.list({ ...resource, parse: (raw) => raw as KubernetesObject }, namespace);
      const labelled = all.filter(({ metadata }) => parseLabelSelector(labelSelector)(metadata.labels ?? {}));
      const items = labelled.filter((object) => hasFields(object, fieldSelector));
      const start = Number(query.continue ?? 0);
      const end = start + limit;
      const next = end < items.length ? end.toString() : undefined;
      return { items: items.slice(start, end), resourceVersion: this.server.revision, continue: next };
    });
  }
}

/** Resources whose status is changed only as a subresource. */
const hasStatus: ReadonlySet<string> = new Set(['workflowexecutions', 'pipelineruns', 'taskruns', 'pods']);

function asSent(body: object): JsonRecord {
  return recordOf(copied(body));
}

/** A JSON copy in the realm of the test: under Jest, results of `structuredClone` are never deeply equal to it. */
function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Runs a function now, and returns or throws its result later. */
function settled<T>(answer: () => T): () => T {
  try {
    const value = answer();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '';
}

/** An update must have a resourceVersion; a patch without one applies to the current object. */
function compareVersions(path: string, current: unknown, given: unknown): void {
  if (given === '' || given === '0') {
    throw new InvalidError('metadata.resourceVersion: must be specified for an update', {
      status: 422,
      reason: 'Invalid',
    });
  }
  if (typeof given !== 'string' || !/^[0-9]+$/.test(given)) {
    throw new UnavailableError('strconv.ParseUint: invalid syntax', { status: 500 });
  }
  if (given !== current) throw changed(path, 'the object has been modified');
}

function changed(path: string, why: string): ConflictError {
  return new ConflictError(`Operation cannot be fulfilled on ${path}: ${why}`, { status: 409, reason: 'Conflict' });
}

function isGone({ metadata }: Stored): boolean {
  const { deletionTimestamp, finalizers } = metadata;
  return deletionTimestamp !== undefined && (!Array.isArray(finalizers) || finalizers.length === 0);
}

function hasFields(object: object, selector: string): boolean {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [, path = '', operator, value] = /^([^!=]+)(!=|=)(.*)$/.exec(part) ?? [];
      const found = path.split('.').reduce((at: unknown, name) => recordOf(at)[name], object) ?? '';
      return operator === '=' ? found === value : found !== value;
    });
}
