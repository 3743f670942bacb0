import { readFileSync } from 'node:fs';
import { Agent, request, type Dispatcher } from 'undici';
import type { Config } from '../config/config.ts';
import { Deadline } from '../kubernetes/async.ts';
import type { Clock } from '../kubernetes/clock.ts';
import { recordOf, stringOf } from '../kubernetes/json.ts';
import { activeTraceparent } from '../tracing/tracer.ts';

/** A complete response. */
export interface DataStorageResponse {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

const maxResponseBytes = 32 * 1024 * 1024;

/** Connections, and so concurrent requests. */
export const connections = 8;

/** HTTP client of the data storage service; authenticates with a ServiceAccount token. */
export class DataStorageClient {
  readonly base: string;
  private dispatcher?: Dispatcher;

  constructor(
    private readonly config: Pick<
      Config,
      'dataStorageUrl' | 'dataStorageTokenFile' | 'dataStorageCaFile' | 'dataStorageTimeoutMs'
    >,
    private readonly clock: Clock,
  ) {
    this.base = config.dataStorageUrl.replace(/\/+$/, '');
  }

  /**
   * Sends a request, with the token that is in the token file now.
   *
   * @throws Error when there is no complete response in time; see {@link wasNeverSent}
   */
  async send(method: 'GET' | 'POST', path: string, body?: object): Promise<DataStorageResponse> {
    const { dataStorageTimeoutMs: timeoutMs } = this.config;
    const deadline = new Deadline(this.clock, { timeoutMs });
    try {
      return await deadline.within(this.request(method, path, body, deadline.signal));
    } catch (error) {
      if (deadline.isExceeded) throw new Error(`no response within ${timeoutMs} ms`, { cause: error });
      if (wasNeverSent(error)) this.reconnect();
      throw error;
    } finally {
      deadline.clear();
    }
  }

  private async request(
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<DataStorageResponse> {
    // The kubelet rotates it.
    const token = readText(this.config.dataStorageTokenFile);
    const traceparent = activeTraceparent();
    const response = await request(`${this.base}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token.trim()}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(traceparent !== undefined && { traceparent }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      dispatcher: (this.dispatcher ??= this.connect()),
      signal,
    });
    const { 'retry-after': retryAfter } = response.headers;
    const text = await response.body.text();
    return {
      status: response.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      body: text,
    };
  }

  private connect(): Dispatcher {
    const { dataStorageCaFile, dataStorageTimeoutMs } = this.config;
    // The timeout is less than that of the request, so that a failed connection is recognized as one.
    const connect = { ca: readText(dataStorageCaFile), timeout: dataStorageTimeoutMs / 2 };
    return new Agent({ connections, allowH2: false, maxResponseSize: maxResponseBytes, connect });
  }

  /** Lets the next request read the CA file again: the certificates may have been renewed. */
  private reconnect(): void {
    void this.dispatcher?.close();
    this.dispatcher = undefined;
  }
}

class NeverSentError extends Error {}

/** Reads a file of a mounted volume, which is in memory; undefined if none is configured. */
function readText(file: string): string | undefined {
  if (file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new NeverSentError(`${file} cannot be read`, { cause: error });
  }
}

/** Codes of Node and undici for failed connections (https://nodejs.org/api/errors.html#common-system-errors). */
const noConnection = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
]);

/** Codes of OpenSSL for untrusted certificates (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/). */
const noTrust = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Whether a request that failed with this error was certainly not sent. */
export function wasNeverSent(error: unknown): boolean {
  if (error instanceof NeverSentError) return true;
  const code = stringOf(recordOf(error)['code']) ?? '';
  return noConnection.has(code) || noTrust.test(code);
}
