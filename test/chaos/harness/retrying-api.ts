import { setTimeout as delay } from 'node:timers/promises';
import { apiClient } from '../../cluster/api-client.ts';
import type { ApiAnswer, ApiClient } from '../../cluster/api-client.ts';
import type { ClusterRecord } from '../../cluster/record.ts';

/** Retry interval in milliseconds. */
const retryMs = 300;
/** Retry timeout in milliseconds; an API server is back in seconds. */
const timeoutMs = 90_000;

/** A response that a retry would not change. */
export interface FinalAnswer extends ApiAnswer {
  /** Whether an earlier attempt may have succeeded without a response. */
  readonly inDoubt: boolean;
}

/**
 * Retries a call until its response is final.
 *
 * @param what the call, for the error message
 * @throws Error after 90 s
 */
export async function retryUntilFinal(
  what: string,
  call: () => Promise<ApiAnswer>,
  signal: AbortSignal,
): Promise<FinalAnswer> {
  const deadline = performance.now() + timeoutMs;
  for (let inDoubt = false; ; inDoubt = true) {
    const answer = await call().catch((error: unknown) => failure(error));
    if (isFinal(answer)) return { ...answer, inDoubt };
    if (signal.aborted || performance.now() > deadline) throw new Error(`${what}: ${answer.status} ${answer.text}`);
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Not even 401 and 403 are final: an API server returns them until its caches have synced. */
function isFinal({ status }: ApiAnswer): boolean {
  return status !== 0 && status !== 401 && status !== 403 && status !== 429 && status < 500;
}

function failure(error: unknown): ApiAnswer {
  return { status: 0, body: undefined, text: error instanceof Error ? error.message : String(error) };
}

/** Client of the chaos run's API server with administrator rights that retries. */
export class RetryingApi {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;

  constructor(record: ClusterRecord, signal: AbortSignal) {
    this.#client = apiClient(record);
    this.#signal = signal;
  }

  /**
   * Retries until the response is final.
   *
   * @throws Error after 90 s
   */
  call(method: string, path: string, body?: object): Promise<FinalAnswer> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const text = body && JSON.stringify(body);
    return retryUntilFinal(`${method} ${path}`, () => this.#client.call(method, path, text, type), this.#signal);
  }

  close(): void {
    this.#client.close();
  }
}
