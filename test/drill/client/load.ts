import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
  type CreateWorkflowExecutionResponse,
  type GetWorkflowExecutionResponse,
  type ListWorkflowExecutionsResponse,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { parseJson, at } from '../../cluster/json.ts';
import { textAt } from '../../chaos/history/json.ts';
import { waitParameters } from '../../chaos/harness/wait-workflow.ts';
import { attemptGrpc, attemptRest } from './attempts.ts';
import type { RetryingClient } from './retrying-client.ts';
import type { Connections } from './connections.ts';

/** What the clients of a drill do. */
export interface LoadOptions {
  readonly connections: Connections;
  readonly namespace: string;
  /** The bundle of the workflow that is run. */
  readonly image: string;
  /** Milliseconds that a try may take. */
  readonly deadlineMs: number;
}

/** Milliseconds between two calls of a client, and between two executions that it creates. */
const pace = { callMs: 50, createMs: 3_000 };
/** Milliseconds that an execution runs. */
const runMs = 1_000;

/** Calls of every kind over both transports, by several clients, until it is stopped. */
export class Load {
  /** The uid of what was created, by request id. */
  readonly created = new Map<string, string>();
  readonly #options: LoadOptions;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Lets every client finish the call that it has begun. */
  stop(): void {
    this.#stopped = true;
  }

  /** What one client does: every other one speaks REST. */
  async work(caller: RetryingClient, worker: number): Promise<void> {
    const [create, read] =
      worker % 2 === 0 ? [this.#createOverRest, this.#readOverRest] : [this.#createOverGrpc, this.#readOverGrpc];
    for (let turn = 0; !this.#stopped; turn++) {
      const until = performance.now() + pace.createMs;
      const requestId = `${this.#options.namespace}-${worker}-${turn}`;
      const { name, uid } = await create.call(this, caller, requestId);
      this.created.set(requestId, uid);
      while (!this.#stopped && performance.now() < until) {
        await read.call(this, caller, name);
        await delay(pace.callMs);
      }
    }
  }

  async #createOverRest(caller: RetryingClient, requestId: string): Promise<{ name: string; uid: string }> {
    const { connections, deadlineMs } = this.#options;
    const request = { path: `${this.#path}?requestId=${requestId}`, body: { spec: this.#spec(requestId) } };
    const text = await caller.call((endpoint) => attemptRest(connections, endpoint, deadlineMs, request));
    const metadata = at(parseJson(text), 'metadata');
    return { name: textAt(metadata, 'name') ?? '', uid: textAt(metadata, 'uid') ?? '' };
  }

  async #readOverRest(caller: RetryingClient, name: string): Promise<void> {
    const { connections, deadlineMs } = this.#options;
    for (const path of [`${this.#path}/${name}`, `${this.#path}?limit=5`]) {
      await caller.call((endpoint) => attemptRest(connections, endpoint, deadlineMs, { path }));
    }
  }

  async #createOverGrpc(caller: RetryingClient, requestId: string): Promise<{ name: string; uid: string }> {
    const { connections, deadlineMs, namespace } = this.#options;
    const request = CreateWorkflowExecutionRequest.fromPartial({
      parent: `namespaces/${namespace}`,
      requestId,
      workflowExecution: { spec: this.#spec(requestId) },
    });
    const { workflowExecution } = await caller.call((endpoint) =>
      attemptGrpc<CreateWorkflowExecutionResponse>(connections, endpoint, deadlineMs, (grpc, metadata, options, done) =>
        grpc.createWorkflowExecution(request, metadata, options, done),
      ),
    );
    return { name: workflowExecution?.name.split('/').at(-1) ?? '', uid: workflowExecution?.uid ?? '' };
  }

  async #readOverGrpc(caller: RetryingClient, name: string): Promise<void> {
    const { connections, deadlineMs, namespace } = this.#options;
    const parent = `namespaces/${namespace}`;
    await caller.call((endpoint) =>
      attemptGrpc<GetWorkflowExecutionResponse>(connections, endpoint, deadlineMs, (grpc, metadata, options, done) =>
        grpc.getWorkflowExecution({ name: `${parent}/workflowExecutions/${name}` }, metadata, options, done),
      ),
    );
    const request = ListWorkflowExecutionsRequest.fromPartial({ parent, pageSize: 5 });
    await caller.call((endpoint) =>
      attemptGrpc<ListWorkflowExecutionsResponse>(connections, endpoint, deadlineMs, (grpc, metadata, options, done) =>
        grpc.listWorkflowExecutions(request, metadata, options, done),
      ),
    );
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/workflowexecutions`;
  }

  /** Every execution has a target of its own, so that none waits for another. */
  #spec(target: string) {
    return {
      remediationRequestRef: { name: 'drill' },
      workflowRef: { workflowId: 'drill', version: '1.0.0', containerImage: this.#options.image },
      targetResource: `${this.#options.namespace}/deployment/${target}`,
      parameters: { [waitParameters.duration]: String(runMs), [waitParameters.verdict]: 'True' },
    };
  }
}
