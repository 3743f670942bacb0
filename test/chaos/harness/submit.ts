import type { PlannedExecution } from '../plan/plan.ts';
import { retryUntilFinal } from './retrying-api.ts';
import type { FinalAnswer, RetryingApi } from './retrying-api.ts';
import type { Replica } from './replica.ts';
import { waitParameters } from './wait-workflow.ts';

/** Call timeout in milliseconds; a frozen replica does not answer. */
const answerMs = 4000;

const resource = '/apis/workflowexecution.kubernaut.ai/v1alpha1';

/** Options of a submitter. */
export interface SubmitterOptions {
  readonly api: RetryingApi;
  readonly replicas: readonly Replica[];
  /** Namespaces in the order of the plan. */
  readonly namespaces: readonly string[];
  /** Bundles of the waiting workflow, and of the one with a pod where pods can run. */
  readonly images: { readonly wait: string; readonly pod: string | undefined };
  /** Bearer token of a caller who may create executions. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Creates, cancels and deletes executions as users do. */
export class Submitter {
  readonly #options: SubmitterOptions;
  readonly #created = new Map<string, Promise<void>>();
  #turn = 0;

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /**
   * Creates an execution as planned.
   *
   * @throws Error if it was refused
   */
  create(execution: PlannedExecution): Promise<void> {
    const creation = this.#create(execution);
    this.#created.set(execution.name, creation);
    return creation;
  }

  /**
   * Cancels an execution; a deleted one is ignored.
   *
   * @throws Error if it was refused
   */
  async cancel(execution: PlannedExecution): Promise<void> {
    await this.#interfere('PATCH', execution, { spec: { cancelRequested: true } });
  }

  /** Deletes an execution; see {@link cancel}. */
  async delete(execution: PlannedExecution): Promise<void> {
    await this.#interfere('DELETE', execution);
  }

  async #interfere(method: string, execution: PlannedExecution, body?: object): Promise<void> {
    await this.#created.get(execution.name);
    const path = `${this.#path(resource, execution)}/${execution.name}`;
    const answer = await this.#options.api.call(method, path, body);
    if (answer.status >= 300 && answer.status !== 404) throw new Error(`${method} ${path}: ${answer.text}`);
  }

  async #create(execution: PlannedExecution): Promise<void> {
    const body = { metadata: { name: execution.name }, spec: this.#spec(execution) };
    const answer =
      execution.by === 'api' ? await this.#throughService(execution, body) : await this.#directly(execution, body);
    // After a lost response an execution with this name is ours.
    if (answer.status === 201 || (answer.status === 409 && answer.inDoubt)) return;
    throw new Error(`creating ${execution.name} by ${execution.by}: ${answer.status} ${answer.text}`);
  }

  #directly(execution: PlannedExecution, body: object): Promise<FinalAnswer> {
    const typed = { apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1', kind: 'WorkflowExecution', ...body };
    return this.#options.api.call('POST', this.#path(resource, execution), typed);
  }

  #throughService(execution: PlannedExecution, body: object): Promise<FinalAnswer> {
    const path = this.#path('/api/v1', execution);
    const { token, signal } = this.#options;
    const call = async () => {
      const answer = await fetch(`http://${this.#nextReplica()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      });
      return { status: answer.status, body: undefined, text: await answer.text() };
    };
    return retryUntilFinal(`POST ${path}`, call, signal);
  }

  /** Rotates over the replicas that are up, so that a retry goes to another one. */
  #nextReplica(): string {
    const up = this.#options.replicas.flatMap(({ http }) => (http === undefined ? [] : [http]));
    const chosen = up[this.#turn % up.length];
    this.#turn += 1;
    if (chosen === undefined) throw new Error('no replica is up');
    return chosen;
  }

  #path(prefix: string, { namespace }: PlannedExecution): string {
    return `${prefix}/namespaces/${this.#options.namespaces[namespace] ?? ''}/workflowexecutions`;
  }

  #spec(execution: PlannedExecution): object {
    const { wait, pod = wait } = this.#options.images;
    const containerImage = execution.inPod ? pod : wait;
    return {
      remediationRequestRef: { name: 'chaos' },
      workflowRef: { workflowId: execution.workflowId, version: '1.0.0', containerImage },
      targetResource: execution.target,
      ttlSecondsAfterFinished: execution.ttlSeconds,
      parameters: {
        [waitParameters.duration]: String(execution.runsMs),
        [waitParameters.verdict]: execution.succeeds ? 'True' : 'False',
      },
    };
  }
}
