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

/** What a watch is about, and from where on. */
export interface WatchQuery extends Selection {
  /** Events after this version. */
  readonly resourceVersion: string;
  /** After so many seconds the server ends the watch in an orderly way. */
  readonly timeoutSeconds: number;
}

/** Bounds of a watch. `timeoutMs` is for its beginning. */
export interface WatchOptions extends CallOptions {
  /** Silence (not even a bookmark, of which the server sends one a minute) after which the connection counts as dead. */
  readonly idleTimeoutMs: number;
}

/** Which part of the log of which container of a pod. */
export interface LogQuery {
  readonly container: string;
  /** Whether to go on with what it writes, until it ends. */
  readonly follow?: boolean;
  /** Only what was written at this time or after it (RFC 3339); the API server leaves out parts of a second. */
  readonly sinceTime?: string;
}
