import { Pool } from 'undici';
import { trustedJson } from './json.ts';

/** Address and credentials of an API server. */
export interface ApiServerAddress {
  /** `https://host:port`. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** A response of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** A watch event. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: WatchedObject;
}

/** The fields of watched objects that benches read. */
export interface WatchedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly ownerReferences?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly skip?: { readonly reason?: string; readonly conflictingExecution?: { readonly name?: string } };
    readonly completionTime?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
  readonly spec?: { readonly targetResource?: string };
}

/**
 * A bare client of the API server: undici on HTTP/1.1 with persistent connections. It shares neither code nor connections with
 * the service and does only what a request requires.
 */
export class ApiServer {
  readonly address: ApiServerAddress;
  readonly #pool: Pool;
  readonly #watches: Pool;

  /** @param connections maximum number of concurrent requests; further ones wait */
  constructor(address: ApiServerAddress, connections = 32) {
    this.address = address;
    const options = { connect: { ca: address.ca }, pipelining: 1, allowH2: false };
    this.#pool = new Pool(address.url, { ...options, connections });
    this.#watches = new Pool(address.url, { ...options, bodyTimeout: 0 });
  }

  /** @param body sent as JSON, or as a merge patch with PATCH */
  async call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<ApiAnswer> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { statusCode, body: answer } = await this.#pool.request({
      ...{ method, path, headers: { authorization: `Bearer ${this.address.token}`, 'content-type': type } },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: statusCode, text: await answer.text() };
  }

  /**
   * Like `call`, for calls that must succeed.
   *
   * @returns the object of the response
   * @throws Error with the API server's message
   */
  async must<T = unknown>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<T> {
    const { status, text } = await this.call(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return trustedJson<T>(text);
  }

  /**
   * Watches a collection from now on; resumes when the API server ends the watch, as for a slow reader.
   *
   * @param path of the collection, without query
   * @param signal stops it
   * @returns resolves once it watches; `ended` resolves when stopped, and rejects otherwise
   */
  async watch(
    path: string,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<{ ended: Promise<void> }> {
    const { text } = await this.call('GET', `${path}?limit=1`);
    let { resourceVersion } = trustedJson<{ metadata: { resourceVersion: string } }>(text).metadata;
    const onLine = (line: string): void => {
      const event = eventOf(path, line);
      resourceVersion = event.object.metadata.resourceVersion;
      onEvent(event);
    };
    const first = await this.#openWatch(path, resourceVersion, signal);
    const follow = async (): Promise<void> => {
      for (let body = first; ; body = await this.#openWatch(path, resourceVersion, signal))
        await readLines(body, onLine);
    };
    const ended = follow().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    // Awaited by those who did not stop it.
    ended.catch(() => undefined);
    return { ended };
  }

  async #openWatch(path: string, resourceVersion: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const query = `watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=14400`;
    const headers = { authorization: `Bearer ${this.address.token}` };
    const { statusCode, body } = await this.#watches.request({
      method: 'GET',
      path: `${path}?${query}`,
      headers,
      signal,
    });
    if (statusCode !== 200) throw new Error(`watch ${path}: ${statusCode} ${await body.text()}`);
    return body;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#watches.destroy()]);
  }
}

function eventOf(path: string, line: string): WatchEvent {
  const event = trustedJson<WatchEvent | { readonly type: 'ERROR' }>(line);
  if (event.type === 'ERROR') throw new Error(`watch ${path}: ${line}`);
  return event;
}

async function readLines(body: AsyncIterable<Buffer>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  }
}
