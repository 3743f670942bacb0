import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { WorkflowExecutionServiceClient } from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { withToken } from '../../support/callers.ts';

/** Where a replica listens. */
export interface ReplicaAddress {
  readonly http: string;
  readonly grpc: string;
}

/** The most tries of one call; a replica is back long before. */
const maxTries = 200;
/** Milliseconds to wait where nothing is said of it. */
const defaultWaitMs = 50;

/** A call that failed for good, or was tried too often. */
export class FailedCall extends Error {
  override readonly name = 'FailedCall';
}

/** A client as the documentation asks for: what is unavailable is tried again at the other replica, after the time that is told. */
export class RetryingClient {
  /** How often something was tried again. */
  retries = 0;
  readonly #replicas: readonly ReplicaAddress[];
  readonly #token: string;
  readonly #grpc: readonly WorkflowExecutionServiceClient[];
  #turn = 0;

  constructor(replicas: readonly ReplicaAddress[], token: string) {
    this.#replicas = replicas;
    this.#token = token;
    this.#grpc = replicas.map(
      ({ grpc }) =>
        new WorkflowExecutionServiceClient(grpc, credentials.createInsecure(), {
          interceptors: [withToken(token)],
          'grpc.initial_reconnect_backoff_ms': 100,
          'grpc.max_reconnect_backoff_ms': 500,
        }),
    );
  }

  close(): void {
    for (const client of this.#grpc) client.close();
  }

  /** The gRPC client of the replica whose turn it is. */
  get nextGrpc(): WorkflowExecutionServiceClient {
    const client = this.#grpc[this.#turn++ % this.#grpc.length];
    if (client === undefined) throw new Error('there is no replica');
    return client;
  }

  /** A call over gRPC, until it is answered. */
  async overGrpc<T>(
    call: (client: WorkflowExecutionServiceClient, done: (error: ServiceError | null, response: T) => void) => unknown,
  ): Promise<T> {
    for (let tries = 0; tries < maxTries; tries++) {
      const { error, response } = await new Promise<{ error: ServiceError | null; response: T }>((resolve) =>
        call(this.nextGrpc, (e, r) => resolve({ error: e, response: r })),
      );
      if (error === null) return response;
      if (error.code !== status.UNAVAILABLE) throw new FailedCall(`gRPC: ${error.message}`);
      await this.#wait(defaultWaitMs);
    }
    throw new FailedCall('gRPC: tried too often');
  }

  /** A call over REST, until it is answered with a success; its body. */
  async overRest(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(init.body && { 'content-type': 'application/json' }),
    };
    for (let tries = 0; tries < maxTries; tries++) {
      const replica = this.#replicas[this.#turn++ % this.#replicas.length];
      const answer = await answerOf(`http://${replica?.http}${path}`, { ...init, headers });
      if (answer?.ok === true) return JSON.parse(answer.text);
      if (answer !== undefined && answer.status !== 503) throw new FailedCall(`REST: ${answer.status} ${answer.text}`);
      await this.#wait(answer?.retryAfterMs ?? defaultWaitMs);
    }
    throw new FailedCall('REST: tried too often');
  }

  async #wait(ms: number): Promise<void> {
    this.retries += 1;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** A whole answer; undefined when there was no connection, or it broke off. */
async function answerOf(url: string, init: RequestInit) {
  try {
    const answer = await fetch(url, init);
    const seconds = answer.headers.get('retry-after');
    const retryAfterMs = seconds === null ? undefined : Number(seconds) * 1_000;
    return { ok: answer.ok, status: answer.status, text: await answer.text(), retryAfterMs };
  } catch {
    return undefined;
  }
}
