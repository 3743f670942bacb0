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

/** Where connections come from; a seam for tests and for rotation of credentials. */
export interface ConnectionSource {
  /** Base URL without a slash at the end; known before anything is sent. */
  readonly server: string;
  connection(): Promise<Connection>;
  /** The server refused the credentials: read them anew for the next request. */
  expire(): void;
}
