import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import { service as healthService } from 'grpc-health-check';
import { fetch } from 'undici';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { Connections, Endpoint } from '../../drill/client/connections.ts';

/** Call interval and timeout in milliseconds. */
const pace = { everyMs: 100, timeoutMs: 10_000 };

/** Results of a legitimate client's calls. */
export interface LegitimateClientFigures {
  readonly calls: number;
  /** Slowest response in milliseconds. */
  readonly worstMs: number;
  readonly p50Ms: number;
  /** The first errors. */
  readonly failures: readonly string[];
}

/** Options of a legitimate client. */
export interface LegitimateClientOptions {
  readonly connections: Connections;
  readonly endpoint: Endpoint;
  readonly namespace: string;
}

/** A legitimate client over both transports during an attack. */
export class LegitimateClient {
  readonly #options: LegitimateClientOptions;
  readonly #over = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #tookMs: number[] = [];
  readonly #failures: string[] = [];

  constructor(options: LegitimateClientOptions) {
    this.#options = options;
    const calls = [
      () => this.#rest('?limit=1'),
      () => this.#rest('?validateOnly=true', { spec: this.#spec }),
      () => this.#listOverGrpc(),
      () => this.#createOverGrpc(),
      () => this.#checkHealth(),
    ];
    this.#running = Promise.all(calls.map((call) => this.#repeat(call)));
  }

  async stop(): Promise<LegitimateClientFigures> {
    this.#over.abort();
    await this.#running;
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    return {
      calls: sorted.length,
      worstMs: sorted.at(-1) ?? 0,
      p50Ms: sorted[sorted.length >> 1] ?? 0,
      failures: this.#failures.slice(0, 3),
    };
  }

  async #repeat(call: () => Promise<string | undefined>): Promise<void> {
    while (!this.#over.signal.aborted) {
      const begun = performance.now();
      const failure = await call();
      this.#tookMs.push(performance.now() - begun);
      if (failure !== undefined) this.#failures.push(failure.slice(0, 300));
      await delay(pace.everyMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
  }

  async #rest(query: string, body?: object): Promise<string | undefined> {
    const { connections, endpoint, namespace } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/workflowexecutions${query}`;
    try {
      const answer = await fetch(connections.url(endpoint, path), {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${connections.token}`, 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
        dispatcher: connections.dispatcher,
        signal: AbortSignal.timeout(pace.timeoutMs),
      });
      const text = await answer.text();
      return answer.ok ? undefined : `REST: ${answer.status} ${text}`;
    } catch (error) {
      return `REST: ${String(error instanceof Error ? (error.cause ?? error) : error)}`;
    }
  }

  #listOverGrpc(): Promise<string | undefined> {
    const { connections, endpoint, namespace } = this.#options;
    const request = ListWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${namespace}`, pageSize: 1 });
    return grpc((options, done) =>
      connections.grpc(endpoint).listWorkflowExecutions(request, new Metadata(), options, done),
    );
  }

  #createOverGrpc(): Promise<string | undefined> {
    const { connections, endpoint, namespace } = this.#options;
    const request = CreateWorkflowExecutionRequest.fromPartial({
      parent: `namespaces/${namespace}`,
      validateOnly: true,
      workflowExecution: { spec: this.#spec },
    });
    return grpc((options, done) =>
      connections.grpc(endpoint).createWorkflowExecution(request, new Metadata(), options, done),
    );
  }

  #checkHealth(): Promise<string | undefined> {
    const { connections, endpoint } = this.#options;
    const { path, requestSerialize, responseDeserialize } = healthService['Check'] ?? missing();
    const request = { service: '' };
    return grpc((options, done) =>
      connections
        .grpc(endpoint)
        .makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), options, done),
    );
  }

  get #spec() {
    return {
      remediationRequestRef: { name: 'good' },
      workflowRef: { workflowId: 'good', version: '1.0.0', containerImage: 'quay.io/good/good:1' },
      targetResource: `${this.#options.namespace}/deployment/good`,
    };
  }
}

function missing(): never {
  throw new Error('grpc-health-check has no method Check');
}

/** One call with a deadline; returns its error, if any. */
function grpc(
  call: (options: { readonly deadline: Date }, done: (error: ServiceError | null) => void) => unknown,
): Promise<string | undefined> {
  const deadline = new Date(Date.now() + pace.timeoutMs);
  return new Promise((resolve) =>
    call({ deadline }, (error) => resolve(error === null ? undefined : `gRPC: ${status[error.code]} ${error.details}`)),
  );
}
