import { readFile } from 'node:fs/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { Deadline } from '../kubernetes/async.ts';
import type { Clock } from '../kubernetes/clock.ts';
import { recordOf, stringOf } from '../kubernetes/json.ts';
import { activeTraceparent } from '../tracing/tracer.ts';

/** Where the data storage service is, and how it is spoken to. */
export interface DataStorageOptions {
  /** Its base URL, without a path of the API. */
  readonly url: string;
  /** File with the token; empty for none. It is read again when it is refused, and now and then. */
  readonly tokenFile: string;
  /** File with the certificates that its own is held against; empty for those of the system. */
  readonly caFile: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An answer, whole. */
export interface DataStorageResponse {
  readonly status: number;
  /** The header `Retry-After`. */
  readonly retryAfter?: string;
  readonly body: string;
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** How long a token is used before its file is read again, in milliseconds; kubelets write a new one after 80 % of an hour. */
const tokenAgeMs = 60_000;

/** The most bytes of an answer that are read. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** Requests at once. */
const connections = 8;

/** Speaks HTTP with the data storage service, as the ServiceAccount that its token is of. */
export class DataStorageClient {
  readonly base: string;
  private readonly options: DataStorageOptions;
  private token?: { readonly text: string; readonly readAtMs: number };
  private dispatcher?: Promise<Dispatcher>;

  constructor(options: DataStorageOptions) {
    this.options = options;
    this.base = options.url.replace(/\/+$/, '');
  }

  /**
   * Sends one request. A token that is refused is read again, and the request sent once more when there is another one.
   *
   * @throws Error when there is no whole answer in time; see {@link wasNeverSent}
   */
  async send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<DataStorageResponse> {
    const token = await this.currentToken();
    const answer = await this.exchange(method, path, body, token);
    if (answer.status !== 401) return answer;
    this.token = undefined;
    const renewed = await this.currentToken();
    return renewed === token ? answer : this.exchange(method, path, body, renewed);
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    await (await this.dispatcher)?.destroy();
  }

  private async exchange(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    token: string,
  ): Promise<DataStorageResponse> {
    const { clock, timeoutMs } = this.options;
    const limit = new Deadline(clock, { timeoutMs });
    try {
      return await limit.within(this.ask({ method, path, body, token, signal: limit.signal }));
    } catch (error) {
      if (limit.isExceeded) throw new Error(`there was no answer within ${timeoutMs} ms`, { cause: error });
      if (wasNeverSent(error)) this.reconnect();
      throw error;
    } finally {
      limit.clear();
    }
  }

  private async ask({ method, path, body, token, signal }: Exchange): Promise<DataStorageResponse> {
    const traceparent = activeTraceparent();
    const answer = await request(`${this.base}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(traceparent !== undefined && { traceparent }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      dispatcher: await (this.dispatcher ??= this.connect()),
      signal,
    });
    const { 'retry-after': retryAfter } = answer.headers;
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      body: text,
    };
  }

  private async connect(): Promise<Dispatcher> {
    const { caFile, timeoutMs } = this.options;
    try {
      const ca = caFile === '' ? undefined : await readFile(caFile, 'utf8');
      // So that a connection that does not come about is known as such, before the whole call is over time.
      const connect = { ca, timeout: timeoutMs / 2 };
      return new Agent({ connections, allowH2: false, maxResponseSize: maxAnswerBytes, connect });
    } catch (error) {
      throw new NeverSentError('the CA file of the data storage service can not be read', { cause: error });
    }
  }

  /** The next request reads the CA file again: the certificates may have been renewed. */
  private reconnect(): void {
    const old = this.dispatcher;
    this.dispatcher = undefined;
    void old?.then((dispatcher) => dispatcher.close()).catch(() => undefined);
  }

  private async currentToken(): Promise<string> {
    const { tokenFile, clock } = this.options;
    if (tokenFile === '') return '';
    const now = clock.elapsedMs();
    if (this.token === undefined || now - this.token.readAtMs > tokenAgeMs) {
      this.token = { text: await this.readToken(tokenFile), readAtMs: now };
    }
    return this.token.text;
  }

  private async readToken(file: string): Promise<string> {
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      throw new NeverSentError('the token file of the data storage service can not be read', { cause: error });
    }
  }
}

class NeverSentError extends Error {}

/** What Node and undici call connections that did not come about (https://nodejs.org/api/errors.html#common-system-errors). */
const noConnection = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
]);

/** What OpenSSL calls certificates that are not trusted (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/). */
const noTrust = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Whether a request that failed with this error has certainly not been sent, so that it can be sent again. */
export function wasNeverSent(error: unknown): boolean {
  if (error instanceof NeverSentError) return true;
  const code = stringOf(recordOf(error)['code']) ?? '';
  return noConnection.has(code) || noTrust.test(code);
}
