import type { KubernetesObject, NewObject, ObjectKey } from './kubernetes-object.ts';
import type { ApiResource, ResourceType } from './resource-type.ts';

/** How long a call may take and who may end it early. */
export interface CallOptions {
  /** Ends the call with CancelledError. */
  readonly signal?: AbortSignal;
  /** Ends the call with UnavailableError; default 30 000. */
  readonly timeoutMs?: number;
}

/** Options of calls that change something. */
export interface WriteOptions extends CallOptions {
  /** The server checks and admits, but stores nothing. */
  readonly dryRun?: boolean;
}

/** Options of a patch. The default is an RFC 7386 merge patch. */
export interface PatchOptions extends WriteOptions {
  readonly subresource?: 'status';
  readonly type?: 'merge' | 'json';
}

/** Options of a delete. */
export interface DeleteOptions extends CallOptions {
  /** The server answers Conflict when the object is another one or has changed. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

/** Which objects a list or watch is about; all namespaces when `namespace` is absent. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list */
export interface ListQuery extends Selection {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

/** One page of a list, and the token that gets the next one. */
export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

/** Typed calls to one API server over pooled connections. It never retries: it says what happened, the caller decides. */
export class KubernetesClient {
  get<T extends KubernetesObject>(_resource: ResourceType<T>, _key: ObjectKey, _options?: CallOptions): Promise<T> {
    throw new Error('being written');
  }
  list<T extends KubernetesObject>(
    _resource: ResourceType<T>,
    _query: ListQuery = {},
    _options?: CallOptions,
  ): Promise<ListPage<T>> {
    throw new Error('being written');
  }
  create<T extends KubernetesObject, N extends NewObject>(
    _resource: ResourceType<T>,
    _object: N,
    _options?: WriteOptions,
  ): Promise<T> {
    throw new Error('being written');
  }
  replace<T extends KubernetesObject>(_resource: ResourceType<T>, _object: T, _options?: WriteOptions): Promise<T> {
    throw new Error('being written');
  }
  patch<T extends KubernetesObject>(
    _resource: ResourceType<T>,
    _key: ObjectKey,
    _patch: object,
    _options?: PatchOptions,
  ): Promise<T> {
    throw new Error('being written');
  }
  delete(_resource: ApiResource, _key: ObjectKey, _options?: DeleteOptions): Promise<void> {
    throw new Error('being written');
  }
  /** The body of a GET of any path, as text: `/version`, `/readyz`. */
  raw(_path: string, _options?: CallOptions): Promise<string> {
    throw new Error('being written');
  }
}
