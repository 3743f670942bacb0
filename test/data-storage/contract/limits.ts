/** Limits of the data storage service. */
export const limits = {
  /** Maximum size of a request in bytes. */
  body: 5 * 1024 ** 2,
  /** Maximum number of events in a batch. */
  batch: 500,
  /** Maximum size of `event_data` as JSON, in bytes. */
  eventData: 256 * 1024,
  /** Maximum depth of `event_data`, including itself. */
  eventDataDepth: 10,
  /** How far in the future an `event_timestamp` may be, in milliseconds. */
  aheadMs: 60 * 60_000,
  /** Maximum age of an `event_timestamp`, in milliseconds. */
  oldMs: 7 * 24 * 60 * 60_000,
  /** Maximum number of events in a response to a query. */
  page: 1_000,
  /** Default number of events in a response to a query. */
  defaultPage: 50,
} as const;

/** Widths of the database's columns in characters. The service does not check them. */
export const columnWidths = {
  actor_type: 50,
  actor_id: 255,
  resource_type: 100,
  resource_id: 255,
  namespace: 253,
  severity: 20,
  error_code: 50,
} as const;
