/** The fault of one request. */
export type Fault =
  | { readonly kind: 'none' }
  /** The connection is reset, and new ones are refused: for some time, or until the fake accepts them again. */
  | { readonly kind: 'refused'; readonly forMs?: number }
  /** 429. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  /** 500, and nothing is stored. */
  | { readonly kind: 'error' }
  /** 202, and the event is stored after some time, or by `storeQueued()`. Queries are answered. */
  | { readonly kind: 'queued'; readonly storeAfterMs?: number }
  /** The connection is reset, without or with the events stored. */
  | { readonly kind: 'resetBeforeStoring' | 'resetAfterStoring' }
  /** There is no response. */
  | { readonly kind: 'hangBeforeStoring' | 'hangAfterStoring' }
  /** The event is stored, and the connection ends in the middle of the response. */
  | { readonly kind: 'truncated' };

/** The kinds of faults. */
export type FaultKind = Fault['kind'];

/** The input of a fault plan. */
export interface FaultedRequest {
  /** Number of earlier requests. */
  readonly number: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** Decides what happens to a request. */
export type FaultPlan = (request: FaultedRequest) => Fault | Promise<Fault>;
