/** Options of every call. */
export interface CallOptions {
  /** Ends the call with CancelledError. */
  readonly signal?: AbortSignal;
  /** Ends the call with UnavailableError; default 30 000. */
  readonly timeoutMs?: number;
}

/** Options of a write. */
export interface WriteOptions extends CallOptions {
  /** The server validates and admits the request, but stores nothing. */
  readonly dryRun?: boolean;
}

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  readonly subresource?: 'status';
  /** RFC 7386 merge patch (the default) or RFC 6902 JSON patch. */
  readonly type?: 'merge' | 'json';
}

/** Options of a delete. */
export interface DeleteOptions extends CallOptions {
  /** The call ends with ConflictError when they do not match. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

/** The objects of a list or watch; all namespaces when `namespace` is absent. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Options of a list. */
export interface ListOptions extends CallOptions {
  /** Only the metadata of the objects: https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
  readonly metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListQuery extends Selection {
  readonly limit?: number;
  readonly continue?: string;
}

/** One page of a list; `continue` is the token of the next page. */
export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

/** The objects of a watch and where it starts. */
export interface WatchQuery extends Selection {
  /**
   * The watch begins with the first event after it. Absent: with an ADDED event for each object, then a bookmark with
   * `endsInitialEvents`. The server refuses that with InvalidError if it has no streaming lists.
   */
  readonly resourceVersion?: string;
  /** The server closes the watch after this time. */
  readonly timeoutSeconds: number;
}

/** Options of a watch; `timeoutMs` covers the time until the response headers. */
export interface WatchOptions extends CallOptions {
  /** The connection counts as dead after this time without an event or bookmark. */
  readonly idleTimeoutMs: number;
  /** As in {@link ListOptions}. */
  readonly metadataOnly?: boolean;
}

/** The log of one container. */
export interface LogQuery {
  readonly container: string;
  /** Whether to stream new lines until the container ends. */
  readonly follow?: boolean;
  /** Only lines written at or after this time (RFC 3339); the API server ignores fractions of a second. */
  readonly sinceTime?: string;
}
