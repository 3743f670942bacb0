import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { Deadline, type DeadlineOptions } from './async.ts';
import { systemClock, type Clock } from './clock.ts';
import { toKubernetesError, type Failure } from './error-mapping.ts';
import { CancelledError, UnauthorizedError, type KubernetesError } from './errors.ts';

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

/** One HTTP request to the API server. Query values that are undefined or empty are left out. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Of the body; default `application/json`. */
  readonly contentType?: string;
  /** Media types of the answer; default JSON. */
  readonly accept?: string;
}

/** What a transport may be given beside where to send to. */
export interface TransportOptions {
  readonly userAgent: string;
  readonly clock?: Clock;
  /** Asked at the last moment before a request that changes something is sent; when it says no, none is. */
  readonly mayWrite?: () => boolean;
  /** Told of each request that changes something, which it has to send; to watch over it. */
  readonly aroundWrite?: AroundWrite;
}

/** Sends a request and hands on what it is answered with; what is done before and after is its own. */
export type AroundWrite = <T>(request: ApiRequest, send: () => Promise<T>) => Promise<T>;

/** Sends requests and turns every failure into a {@link KubernetesError}. */
export class Transport {
  readonly #source: ConnectionSource;
  readonly #userAgent: string;
  readonly #clock: Clock;
  readonly #mayWrite: () => boolean;
  readonly #aroundWrite: AroundWrite;

  constructor(source: ConnectionSource, options: TransportOptions) {
    const { userAgent, clock = systemClock, mayWrite = () => true, aroundWrite = (_, send) => send() } = options;
    this.#source = source;
    this.#userAgent = userAgent;
    this.#clock = clock;
    this.#mayWrite = mayWrite;
    this.#aroundWrite = aroundWrite;
  }

  /** Sends a request and returns the body of the answer. The time-out covers everything up to its last byte. */
  async call(api: ApiRequest, bounds: DeadlineOptions): Promise<string> {
    return api.method === 'GET' ? this.#call(api, bounds) : this.#aroundWrite(api, () => this.#call(api, bounds));
  }

  async #call(api: ApiRequest, bounds: DeadlineOptions): Promise<string> {
    const limit = new Deadline(this.#clock, bounds);
    try {
      return await limit.within(this.#send(api, limit, false).then((answer) => answer.body.text()));
    } catch (error) {
      throw this.#failed(api, failureOf(error, limit, bounds));
    } finally {
      limit.clear();
    }
  }

  /** Sends a request and returns its body as a stream. The time-out covers only the time until the answer begins. */
  async stream(api: ApiRequest, bounds: DeadlineOptions): Promise<Readable> {
    const limit = new Deadline(this.#clock, bounds);
    try {
      const { body } = await limit.within(this.#send(api, limit, true));
      limit.clearTimer();
      body.once('close', () => limit.clear());
      return body;
    } catch (error) {
      limit.clear();
      throw this.#failed(api, failureOf(error, limit, bounds));
    }
  }

  async #send(api: ApiRequest, limit: Deadline, endless: boolean): Promise<Dispatcher.ResponseData> {
    const connection = await this.#source.connection();
    if (api.method !== 'GET' && !this.#mayWrite()) {
      throw new CancelledError(`${api.method} ${api.path} was not sent: this process may not write any more`);
    }
    const answer = await this.#observed(api, () =>
      request(urlOf(connection.server, api), {
        method: api.method,
        headers: {
          accept: api.accept ?? 'application/json, */*;q=0.8',
          'user-agent': this.#userAgent,
          ...(api.body && { 'content-type': api.contentType ?? 'application/json' }),
          ...connection.headers,
        },
        body: api.body && JSON.stringify(api.body),
        dispatcher: endless ? connection.streams : connection.dispatcher,
        signal: limit.signal,
      }),
    );
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const retryAfter = answer.headers['retry-after'];
    throw this.#failed(api, {
      kind: 'answer',
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      body: await answer.body.text(),
    });
  }

  async #observed(
    { method }: ApiRequest,
    send: () => Promise<Dispatcher.ResponseData>,
  ): Promise<Dispatcher.ResponseData> {
    const begun = this.#clock.elapsedMs();
    let status: number | undefined;
    try {
      const answer = await send();
      status = answer.statusCode;
      return answer;
    } finally {
      this.#source.observe?.({ method, status, tookMs: this.#clock.elapsedMs() - begun });
    }
  }

  #failed(api: ApiRequest, failure: Failure): KubernetesError {
    const error = toKubernetesError(`${api.method} ${this.#source.server}${api.path}`, failure, this.#clock.now());
    if (error instanceof UnauthorizedError) this.#source.expire();
    return error;
  }
}

function failureOf(error: unknown, { isCancelled, isExceeded }: Deadline, { timeoutMs }: DeadlineOptions): Failure {
  return { kind: 'thrown', error, cancelled: isCancelled, timeoutMs: isExceeded ? timeoutMs : undefined };
}

function urlOf(server: string, api: ApiRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(api.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.size === 0 ? `${server}${api.path}` : `${server}${api.path}?${query.toString()}`;
}
