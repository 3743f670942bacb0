import { setTimeout as delay } from 'node:timers/promises';
import { apiClient } from '../../cluster/api-client.ts';
import type { ApiAnswer, ApiClient } from '../../cluster/api-client.ts';
import type { ClusterRecord } from '../../cluster/record.ts';

/** Milliseconds between two tries. */
const retryMs = 300;
/** How long a call is tried; an API server is back in seconds. */
const timeoutMs = 90_000;

/** An answer that will not change by asking again. */
export interface FinalAnswer extends ApiAnswer {
  /** Whether an earlier try may have taken effect without an answer. */
  readonly inDoubt: boolean;
}

/**
 * Tries a call until it gets an answer that will not change by asking again.
 *
 * @param what the call, for the error
 * @throws Error when there is none in 90 s
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

/** Not even 401 and 403 are final: an API server that has just started gives them until it has loaded what they depend on. */
function isFinal({ status }: ApiAnswer): boolean {
  return status !== 0 && status !== 401 && status !== 403 && status !== 429 && status < 500;
}

function failure(error: unknown): ApiAnswer {
  return { status: 0, body: undefined, text: error instanceof Error ? error.message : String(error) };
}

/** The API server of the chaos run's cluster, with the administrator's rights, for a caller who does not give up. */
export class RetryingApi {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;

  constructor(record: ClusterRecord, signal: AbortSignal) {
    this.#client = apiClient(record);
    this.#signal = signal;
  }

  /**
   * Calls until there is a final answer.
   *
   * @throws Error when there is none in 90 s
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
