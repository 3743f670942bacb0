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

/** Options of the load. */
export interface LoadOptions {
  readonly connections: Connections;
  readonly namespace: string;
  /** Bundle of the workflow. */
  readonly image: string;
  /** Deadline of an attempt in milliseconds. */
  readonly deadlineMs: number;
}

/** Interval of a client's calls, and of the executions that it creates, in milliseconds. */
const pace = { callMs: 50, createMs: 3_000 };
/** Duration of an execution in milliseconds. */
const runMs = 1_000;

/** Calls of every kind over both transports by several clients, until stopped. */
export class Load {
  /** UIDs of created executions by request id. */
  readonly created = new Map<string, string>();
  readonly #options: LoadOptions;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Lets each client finish its current call. */
  stop(): void {
    this.#stopped = true;
  }

  /** The loop of one client; every other one uses REST. */
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

  /** Each execution has its own target, so that none waits for another. */
  #spec(target: string) {
    return {
      remediationRequestRef: { name: 'drill' },
      workflowRef: { workflowId: 'drill', version: '1.0.0', containerImage: this.#options.image },
      targetResource: `${this.#options.namespace}/deployment/${target}`,
      parameters: { [waitParameters.duration]: String(runMs), [waitParameters.verdict]: 'True' },
    };
  }
}
