import type { ApiServer, WatchedObject, WatchEvent } from './api-server.ts';
import { barePipelineRun, type OwnerReference } from './bare-pipeline-run.ts';
import { now } from './clock.ts';
import { executionsPath, isTerminal, newExecution, pipelineRunsPath, type Workflow } from './executions.ts';

/** A run of a workflow, by an execution or as a bare PipelineRun. Times are by `now`. */
export interface Run {
  readonly kind: 'execution' | 'bare';
  readonly name: string;
  /** When the create was sent. */
  readonly sentAt: number;
  /** When the API server had acknowledged it. */
  acknowledgedAt: number;
  /** When the watch showed the PipelineRun. */
  pipelineRunAt?: number;
  /** When the watch showed the end of the PipelineRun. */
  doneAt?: number;
  /** When the watch showed a terminal phase; for a bare PipelineRun the same as `doneAt`. */
  terminalAt?: number;
  /** Name of the PipelineRun. */
  pipelineRun?: string;
  /** Its outcome, once it has ended. */
  outcome?: string;
  /** Whether nothing more follows: audit events are recorded. */
  complete: boolean;
}

/** Timeout of a run in milliseconds. */
const timeoutMs = 120_000;

/** Runs a workflow on a real Tekton, by executions and bare, one after the other, and records their times. */
export class Runs {
  readonly #api: ApiServer;
  readonly #namespace: string;
  readonly #workflow: Workflow;
  readonly #owner: OwnerReference;
  readonly #runs = new Map<string, Run>();
  readonly #stop = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  #onComplete: () => void = () => undefined;

  private constructor(api: ApiServer, namespace: string, workflow: Workflow, owner: OwnerReference) {
    this.#api = api;
    this.#namespace = namespace;
    this.#workflow = workflow;
    this.#owner = owner;
    // Awaited by each run.
    this.#failed.promise.catch(() => undefined);
  }

  /**
   * Starts watching a namespace.
   *
   * @param signal aborts what is waited for
   */
  static async open(api: ApiServer, namespace: string, workflow: Workflow, signal: AbortSignal): Promise<Runs> {
    const runs = new Runs(api, namespace, workflow, await createOwner(api, namespace));
    signal.addEventListener('abort', () => runs.#failed.reject(new Error('aborted')), { once: true });
    await runs.#watch(executionsPath(namespace), (event) => runs.#seeExecution(event));
    await runs.#watch(pipelineRunsPath(namespace), (event) => runs.#seePipelineRun(event));
    return runs;
  }

  /**
   * Runs the workflow once and waits until it is complete.
   *
   * @throws Error if it did not succeed in time
   */
  async run(kind: Run['kind'], name: string): Promise<Run> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${name} has not ended in ${timeoutMs / 1_000} s`)), timeoutMs);
    this.#onComplete = resolve;
    const sentAt = now();
    const run: Run = { kind, name, sentAt, acknowledgedAt: sentAt, complete: false };
    this.#runs.set(name, run);
    try {
      await this.#create(kind, name);
      run.acknowledgedAt = now();
      await Promise.race([promise, this.#failed.promise]);
    } finally {
      clearTimeout(timer);
    }
    if (run.outcome !== 'Completed' && run.outcome !== 'True') throw new Error(`${name} ended as ${run.outcome}`);
    return run;
  }

  close(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }

  #create(kind: Run['kind'], name: string): Promise<unknown> {
    const options = { name, target: `${this.#namespace}-${name}`, workflow: this.#workflow };
    if (kind === 'execution') return this.#api.must('POST', executionsPath(this.#namespace), newExecution(options));
    const bare = barePipelineRun({ ...options, owner: this.#owner });
    return this.#api.must('POST', pipelineRunsPath(this.#namespace), bare);
  }

  async #watch(path: string, onEvent: (event: WatchEvent) => void): Promise<void> {
    const { ended } = await this.#api.watch(path, onEvent, this.#stop.signal);
    ended.catch((error: unknown) => this.#failed.reject(error));
  }

  #seeExecution({ object: { metadata, status } }: WatchEvent): void {
    const run = this.#runs.get(metadata.name);
    if (run === undefined || run.complete || !isTerminal(status?.phase)) return;
    run.terminalAt ??= now();
    run.outcome = status?.phase;
    if (conditionOf(status, 'AuditRecorded') === 'True') this.#complete(run);
  }

  #seePipelineRun({ object: { metadata, status } }: WatchEvent): void {
    const run = this.#runs.get(metadata.name) ?? this.#runs.get(metadata.ownerReferences?.[0]?.name ?? '');
    if (run === undefined) return;
    run.pipelineRunAt ??= now();
    run.pipelineRun = metadata.name;
    const succeeded = conditionOf(status, 'Succeeded') ?? 'Unknown';
    if (succeeded === 'Unknown') return;
    run.doneAt ??= now();
    if (run.kind !== 'bare' || run.complete) return;
    run.terminalAt = run.doneAt;
    run.outcome = succeeded;
    this.#complete(run);
  }

  #complete(run: Run): void {
    run.complete = true;
    this.#onComplete();
  }
}

function conditionOf(status: WatchedObject['status'], wanted: string): string | undefined {
  return status?.conditions?.find(({ type }) => type === wanted)?.status;
}

/** Creates an owner for bare PipelineRuns, in place of an execution. */
async function createOwner(api: ApiServer, namespace: string): Promise<OwnerReference> {
  const name = 'bare';
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const { metadata } = await api.must<{ metadata: { uid: string } }>('POST', path, { metadata: { name } });
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata.uid };
}

/** Computes a duration of a run in milliseconds. */
export type RunTime = (run: Run) => number;

/** From the acknowledged create to the observed end. */
export const endToEnd: RunTime = ({ acknowledgedAt, terminalAt = Number.NaN }) => terminalAt - acknowledgedAt;
/** The same from sending the create. */
export const sentToEnd: RunTime = ({ sentAt, terminalAt = Number.NaN }) => terminalAt - sentAt;
/** Tekton's time: from the observed PipelineRun to its observed end. */
export const inTekton: RunTime = ({ pipelineRunAt = Number.NaN, doneAt = Number.NaN }) => doneAt - pipelineRunAt;
/** Time before the PipelineRun; its event may precede the response to the create. */
export const beforeTekton: RunTime = ({ acknowledgedAt, pipelineRunAt = Number.NaN }) =>
  Math.max(0, pipelineRunAt - acknowledgedAt);
/** Time from its end to the terminal phase. */
export const afterTekton: RunTime = ({ doneAt = Number.NaN, terminalAt = Number.NaN }) =>
  Math.max(0, terminalAt - doneAt);
