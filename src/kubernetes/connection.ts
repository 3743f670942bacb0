import type { Dispatcher } from 'undici';

/** What a request to the API server needs beside its path. */
export interface Connection {
  /** Base URL without a slash at the end. */
  readonly server: string;
  /** Who we are: `Authorization`, impersonation. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bounded pool for calls. */
  readonly dispatcher: Dispatcher;
  /** Unbounded pool for answers that never end, so that many watches cannot starve the calls. */
  readonly streams: Dispatcher;
}

/** One request that was sent, and how its answer began. */
export interface SentRequest {
  readonly method: string;
  /** HTTP status of the answer; undefined when none came. */
  readonly status: number | undefined;
  /** Until the answer began, or it was certain that none comes, in milliseconds. */
  readonly tookMs: number;
}

/** Where connections come from; a seam for tests and for rotation of credentials. */
export interface ConnectionSource {
  /** Base URL without a slash at the end; known before anything is sent. */
  readonly server: string;
  connection(): Promise<Connection>;
  /** The server refused the credentials: read them anew for the next request. */
  expire(): void;
  /** Is told of every request that was sent, whoever sent it; it must not throw. */
  readonly observe?: (request: SentRequest) => void;
}
