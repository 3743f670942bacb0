import { setTimeout as delay } from 'node:timers/promises';
import { textAt } from '../../chaos/history/json.ts';
import type { RetryingApi } from '../../chaos/harness/retrying-api.ts';

/** Poll interval in milliseconds. */
const pollMs = 100;

/** Figures about executions that were created during an attack. */
export interface ExecutionFigures {
  readonly completed: number;
  /** Longest time from creation to Completed in milliseconds; for an unfinished one, until now. */
  readonly slowestMs: number;
  /** Phases of executions that did not complete. */
  readonly wrong: readonly string[];
}

/** Options of the executions. */
export interface ExecutionsOptions {
  readonly api: RetryingApi;
  readonly namespace: string;
  /** Bundle of a workflow that completes without a pod. */
  readonly image: string;
}

let created = 0;

/** Creates executions one by one on the API server and waits until the controller has completed each. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #over = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #figures = { completed: 0, slowestMs: 0, wrong: new Array<string>() };

  constructor(options: ExecutionsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Waits some seconds for the current execution. */
  async stop(): Promise<ExecutionFigures> {
    this.#over.abort();
    await this.#running;
    return this.#figures;
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) await this.#runOne();
  }

  async #runOne(): Promise<void> {
    const { api, namespace, image } = this.#options;
    const collection = `/apis/workflowexecution.kubernaut.ai/v1alpha1/namespaces/${namespace}/workflowexecutions`;
    const name = `attacked-${created++}`;
    const spec = {
      remediationRequestRef: { name: 'attack' },
      workflowRef: { workflowId: 'attack', version: '1.0.0', containerImage: image },
      targetResource: `${namespace}/deployment/${name}`,
    };
    const kind = { apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1', kind: 'WorkflowExecution' };
    await api.call('POST', collection, { ...kind, metadata: { name }, spec });
    const begun = performance.now();
    const phase = await this.#end(`${collection}/${name}`, begun + 30_000);
    this.#figures.slowestMs = Math.max(this.#figures.slowestMs, performance.now() - begun);
    if (phase === 'Completed') this.#figures.completed += 1;
    else this.#figures.wrong.push(`${name}: ${phase}`);
  }

  /** The final phase of an execution, or its phase at the deadline. */
  async #end(path: string, deadline: number): Promise<string> {
    for (;;) {
      const { body } = await this.#options.api.call('GET', path);
      const phase = textAt(body, 'status', 'phase') ?? 'Pending';
      const isOver = !['Pending', 'Running'].includes(phase);
      if (isOver || performance.now() > deadline) return phase;
      await delay(pollMs);
    }
  }
}
