/** How much the data storage service takes. */
export const limits = {
  /** Bytes of a request. */
  body: 5 * 1024 ** 2,
  /** Events of a batch. */
  batch: 500,
  /** Bytes of an event's `event_data`, as JSON. */
  eventData: 256 * 1024,
  /** Objects and lists of `event_data` that are within each other, itself included. */
  eventDataDepth: 10,
  /** Milliseconds that an `event_timestamp` may be ahead. */
  aheadMs: 60 * 60_000,
  /** Milliseconds that an `event_timestamp` may be old. */
  oldMs: 7 * 24 * 60 * 60_000,
  /** Events of an answer to a query. */
  page: 1_000,
  /** The same, when a query does not say. */
  defaultPage: 50,
} as const;

/** Characters that the columns of the database hold. The service does not check them. */
export const columnWidths = {
  actor_type: 50,
  actor_id: 255,
  resource_type: 100,
  resource_id: 255,
  namespace: 253,
  severity: 20,
  error_code: 50,
} as const;
