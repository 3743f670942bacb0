import type { ApiServer, WatchedObject, WatchEvent } from './api-server.ts';
import { now } from './clock.ts';
import { executionsPath, isTerminal, newExecution, pipelineRunsPath, type ExecutionOptions } from './executions.ts';

/** Times of one execution, by `now`. */
export interface Timeline {
  readonly name: string;
  readonly target: string;
  /** When the create was acknowledged. */
  acknowledgedAt?: number;
  /** When the watch showed its PipelineRun. */
  pipelineRunAt?: number;
  /** When the API server had acknowledged the end of the PipelineRun. */
  doneAt?: number;
  /** When the watch showed a terminal phase. */
  terminalAt?: number;
  /** When the watch showed that its audit events were recorded. */
  recordedAt?: number;
  phase?: string;
}

/** Creates an execution; resolves when acknowledged. */
export type Create = (options: ExecutionOptions) => Promise<unknown>;

/** Creates executions in a namespace and records their timelines and those of their PipelineRuns. */
export class Timelines {
  readonly #api: ApiServer;
  readonly #namespace: string;
  readonly #create: Create;
  readonly #timelines = new Map<string, Timeline>();
  /** Execution names by PipelineRun name. */
  readonly #pipelineRuns = new Map<string, string>();
  readonly #checks = new Set<() => void>();
  readonly #stop = new AbortController();
  /** PipelineRuns that ended before the watch showed them. */
  readonly #early = new Map<string, number>();
  #failure: Error | undefined;
  #terminal = 0;
  #recorded = 0;
  #created = 0;

  private constructor(api: ApiServer, namespace: string, create: Create) {
    this.#api = api;
    this.#namespace = namespace;
    this.#create = create;
  }

  /**
   * Starts watching a namespace.
   *
   * @param signal aborts what is waited for
   * @param create default: on the API server
   */
  static async open(
    api: ApiServer,
    namespace: string,
    signal: AbortSignal,
    create: Create = (options) => api.must('POST', executionsPath(namespace), newExecution(options)),
  ): Promise<Timelines> {
    const timelines = new Timelines(api, namespace, create);
    signal.addEventListener('abort', () => timelines.#fail(new Error('aborted')), { once: true });
    await timelines.#watch(executionsPath(namespace), (event) => timelines.#seeExecution(event));
    await timelines.#watch(pipelineRunsPath(namespace), (event) => timelines.#seePipelineRun(event));
    return timelines;
  }

  /** Timelines of existing executions. */
  get all(): readonly Timeline[] {
    return [...this.#timelines.values()];
  }

  /** Number of executions in a terminal phase. */
  get terminal(): number {
    return this.#terminal;
  }

  /**
   * Creates an execution, on a unique target by default; resolves when acknowledged.
   *
   * @throws Error if aborted, or the watch has failed
   */
  async create(options: ExecutionOptions): Promise<Timeline> {
    if (this.#failure !== undefined) throw this.#failure;
    const { name, target = `${this.#namespace}-${name}` } = options;
    const timeline: Timeline = { name, target };
    this.#timelines.set(timeline.name, timeline);
    this.#created += 1;
    await this.#create({ ...options, target });
    timeline.acknowledgedAt = now();
    return timeline;
  }

  /** Records the acknowledged end of a PipelineRun. */
  ended(pipelineRun: string, at: number): void {
    const execution = this.#pipelineRuns.get(pipelineRun);
    if (execution === undefined) this.#early.set(pipelineRun, at);
    else this.#done(execution, at);
  }

  /** Resolves when all created executions have ended. */
  allTerminal(): Promise<void> {
    return this.#until(() => this.#terminal === this.#created);
  }

  /** Resolves when all audit events are recorded and all ends of PipelineRuns are known. */
  allRecorded(): Promise<void> {
    const isComplete = ({ phase, doneAt }: Timeline) => phase !== 'Completed' || doneAt !== undefined;
    return this.#until(() => this.#recorded === this.#created && this.all.every(isComplete));
  }

  /** Resolves when all created executions are deleted. */
  allGone(): Promise<void> {
    return this.#until(() => this.#timelines.size === 0);
  }

  /** Resolves when a timeline is complete: recorded, and the end of its PipelineRun known. */
  complete(timeline: Timeline): Promise<void> {
    return this.#until(
      () => timeline.recordedAt !== undefined && (timeline.phase !== 'Completed' || timeline.doneAt !== undefined),
    );
  }

  close(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }

  async #watch(path: string, onEvent: (event: WatchEvent) => void): Promise<void> {
    const { ended } = await this.#api.watch(path, onEvent, this.#stop.signal);
    ended.catch((error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))));
  }

  #seeExecution({ type, object }: WatchEvent): void {
    const timeline = this.#timelines.get(object.metadata.name);
    if (type === 'DELETED') this.#timelines.delete(object.metadata.name);
    else if (timeline !== undefined) this.#note(timeline, object);
    this.#check();
  }

  #note(timeline: Timeline, { status: { phase = '', conditions = [] } = {} }: WatchedObject): void {
    if (timeline.terminalAt === undefined && isTerminal(phase)) {
      this.#terminal += 1;
      Object.assign(timeline, { terminalAt: now(), phase });
    }
    const isRecorded = conditions.some(({ type, status }) => type === 'AuditRecorded' && status === 'True');
    if (timeline.terminalAt === undefined || timeline.recordedAt !== undefined || !isRecorded) return;
    timeline.recordedAt = now();
    this.#recorded += 1;
  }

  #seePipelineRun({ type, object: { metadata } }: WatchEvent): void {
    if (type === 'DELETED') this.#pipelineRuns.delete(metadata.name);
    if (type !== 'ADDED') return;
    const execution = metadata.ownerReferences?.[0]?.name ?? '';
    this.#pipelineRuns.set(metadata.name, execution);
    const timeline = this.#timelines.get(execution);
    if (timeline !== undefined) timeline.pipelineRunAt = now();
    const early = this.#early.get(metadata.name);
    this.#early.delete(metadata.name);
    if (early !== undefined) this.#done(execution, early);
    this.#check();
  }

  #done(execution: string, at: number): void {
    const timeline = this.#timelines.get(execution);
    if (timeline !== undefined) timeline.doneAt = at;
    this.#check();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#check();
  }

  #check(): void {
    for (const check of this.#checks) check();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.#failure === undefined && !holds()) return;
        this.#checks.delete(check);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      };
      this.#checks.add(check);
      check();
    });
  }
}

/** Milliseconds from the acknowledged create to the observed PipelineRun, of executions that have one. */
export function untilPipelineRun(timelines: readonly Timeline[]): number[] {
  return timelines.flatMap(({ acknowledgedAt, pipelineRunAt }) => between(acknowledgedAt, pipelineRunAt));
}

/** Milliseconds from the acknowledged end of the PipelineRun to the observed terminal phase. */
export function untilTerminal(timelines: readonly Timeline[]): number[] {
  return timelines.flatMap(({ doneAt, terminalAt }) => between(doneAt, terminalAt));
}

/** A watch event may precede the response to the write, which counts as 0. */
function between(from: number | undefined, to: number | undefined): number[] {
  return from === undefined || to === undefined ? [] : [Math.max(0, to - from)];
}
