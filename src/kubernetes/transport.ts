import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { Deadline, type DeadlineOptions } from './async.ts';
import type { Clock } from './clock.ts';
import { toKubernetesError, type Failure } from './error-mapping.ts';
import { CancelledError, UnauthorizedError, type KubernetesError } from './errors.ts';

/** A connection to the API server. */
export interface Connection {
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** Credentials: `Authorization` and impersonation. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bounded pool for calls. */
  readonly dispatcher: Dispatcher;
  /** Unbounded pool for watches and logs, so that they cannot starve the calls. */
  readonly streams: Dispatcher;
}

/** A request that was sent. */
export interface SentRequest {
  readonly method: string;
  /** HTTP status; undefined without a response. */
  readonly status: number | undefined;
  /** Milliseconds until the response headers, or until the failure. */
  readonly tookMs: number;
}

/** Provides connections. */
export interface ConnectionSource {
  /** Base URL without a trailing slash. */
  readonly server: string;
  connection(): Promise<Connection>;
  /** Called after a 401: the next connection must read the credentials again. */
  expire(): void;
  /** Called after each request; must not throw. */
  readonly observe?: (request: SentRequest) => void;
}

/** A request to the API server. Query parameters that are undefined or empty are left out. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Media type of the body; default `application/json`. */
  readonly contentType?: string;
  /** Media types of the response; default JSON. */
  readonly accept?: string;
}

/** Wraps each write, for example in a span. It must call `send` and return its result. */
export type AroundWrite = <T>(request: ApiRequest, send: () => Promise<T>) => Promise<T>;

/** Settings of a {@link Transport}. */
export interface TransportOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  /** Checked immediately before each write is sent; false ends the call with CancelledError. */
  readonly mayWrite?: () => boolean;
  readonly aroundWrite?: AroundWrite;
}

/** Sends requests over HTTP. Every failure is a {@link KubernetesError}. */
export class Transport {
  private readonly source: ConnectionSource;
  private readonly options: TransportOptions;

  constructor(source: ConnectionSource, options: TransportOptions) {
    this.source = source;
    this.options = options;
  }

  /** Returns the response body. The timeout covers the whole response. */
  async call(api: ApiRequest, limits: DeadlineOptions): Promise<string> {
    const { aroundWrite } = this.options;
    if (api.method === 'GET' || aroundWrite === undefined) return this.callOnce(api, limits);
    return aroundWrite(api, () => this.callOnce(api, limits));
  }

  /** Returns the response body as a stream. The timeout covers the time until the response headers. */
  async stream(api: ApiRequest, limits: DeadlineOptions): Promise<Readable> {
    const deadline = new Deadline(this.options.clock, limits);
    try {
      const { body } = await deadline.within(this.send(api, deadline, 'streams'));
      deadline.clearTimer();
      body.once('close', () => deadline.clear());
      return body;
    } catch (error) {
      deadline.clear();
      throw this.toError(api, thrown(error, deadline, limits));
    }
  }

  private async callOnce(api: ApiRequest, limits: DeadlineOptions): Promise<string> {
    const deadline = new Deadline(this.options.clock, limits);
    try {
      return await deadline.within(this.send(api, deadline, 'dispatcher').then(({ body }) => body.text()));
    } catch (error) {
      throw this.toError(api, thrown(error, deadline, limits));
    } finally {
      deadline.clear();
    }
  }

  private async send(
    api: ApiRequest,
    { signal }: Deadline,
    pool: 'dispatcher' | 'streams',
  ): Promise<Dispatcher.ResponseData> {
    const connection = await this.source.connection();
    const { userAgent, mayWrite } = this.options;
    if (api.method !== 'GET' && mayWrite?.() === false) {
      throw new CancelledError(`${api.method} ${api.path} was not sent: this process may no longer write`);
    }
    const response = await this.observed(api.method, () =>
      request(urlOf(connection.server, api), {
        method: api.method,
        headers: {
          accept: api.accept ?? 'application/json, */*;q=0.8',
          'user-agent': userAgent,
          ...(api.body && { 'content-type': api.contentType ?? 'application/json' }),
          ...connection.headers,
        },
        body: api.body && JSON.stringify(api.body),
        dispatcher: connection[pool],
        signal,
      }),
    );
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    const retryAfter = response.headers['retry-after'];
    throw this.toError(api, {
      kind: 'answer',
      status: response.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      body: await response.body.text(),
    });
  }

  private async observed(
    method: string,
    send: () => Promise<Dispatcher.ResponseData>,
  ): Promise<Dispatcher.ResponseData> {
    const { clock } = this.options;
    const sentAt = clock.elapsedMs();
    let status: number | undefined;
    try {
      const response = await send();
      status = response.statusCode;
      return response;
    } finally {
      this.source.observe?.({ method, status, tookMs: clock.elapsedMs() - sentAt });
    }
  }

  private toError(api: ApiRequest, failure: Failure): KubernetesError {
    const call = `${api.method} ${this.source.server}${api.path}`;
    const error = toKubernetesError(call, failure, this.options.clock.now());
    if (error instanceof UnauthorizedError) this.source.expire();
    return error;
  }
}

function thrown(error: unknown, { isCancelled, isExceeded }: Deadline, { timeoutMs }: DeadlineOptions): Failure {
  return { kind: 'thrown', error, cancelled: isCancelled, timeoutMs: isExceeded ? timeoutMs : undefined };
}

function urlOf(server: string, api: ApiRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(api.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.size === 0 ? `${server}${api.path}` : `${server}${api.path}?${query.toString()}`;
}
