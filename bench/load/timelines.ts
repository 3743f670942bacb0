import type { ApiServer, WatchedObject, WatchEvent } from './api-server.ts';
import { now } from './clock.ts';
import { executionsPath, isTerminal, newExecution, pipelineRunsPath, type ExecutionOptions } from './executions.ts';

/** What was seen of one execution, and when, on the clock of `now`. */
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
  /** When the watch showed that its audit events are recorded. */
  recordedAt?: number;
  phase?: string;
}

/** Has an execution created; resolves when that is acknowledged. */
export type Create = (options: ExecutionOptions) => Promise<unknown>;

/** Has the executions of a namespace created, and watches what becomes of them and of their PipelineRuns. */
export class Timelines {
  readonly #api: ApiServer;
  readonly #namespace: string;
  readonly #create: Create;
  readonly #stories = new Map<string, Timeline>();
  /** Names of executions by those of their PipelineRuns. */
  readonly #pipelineRuns = new Map<string, string>();
  readonly #looks = new Set<() => void>();
  readonly #stop = new AbortController();
  /** PipelineRuns that ended before the watch had shown them. */
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
   * Begins to watch a namespace.
   *
   * @param signal calls off what is waited for
   * @param create default: on the API server itself
   */
  static async open(
    api: ApiServer,
    namespace: string,
    signal: AbortSignal,
    create: Create = (options) => api.must('POST', executionsPath(namespace), newExecution(options)),
  ): Promise<Timelines> {
    const stories = new Timelines(api, namespace, create);
    signal.addEventListener('abort', () => stories.#fail(new Error('called off')), { once: true });
    await stories.#watch(executionsPath(namespace), (event) => stories.#seeExecution(event));
    await stories.#watch(pipelineRunsPath(namespace), (event) => stories.#seePipelineRun(event));
    return stories;
  }

  /** Those of executions that are still there. */
  get all(): readonly Timeline[] {
    return [...this.#stories.values()];
  }

  /** How many have reached a terminal phase so far. */
  get terminal(): number {
    return this.#terminal;
  }

  /**
   * Creates an execution; resolves when that is acknowledged. Its target, if none is given, is that of no other, anywhere.
   *
   * @throws Error when it was called off, or does not see any more what becomes of executions
   */
  async create(options: ExecutionOptions): Promise<Timeline> {
    if (this.#failure !== undefined) throw this.#failure;
    const { name, target = `${this.#namespace}-${name}` } = options;
    const story: Timeline = { name, target };
    this.#stories.set(story.name, story);
    this.#created += 1;
    await this.#create({ ...options, target });
    story.acknowledgedAt = now();
    return story;
  }

  /** Tells that the end of a PipelineRun was acknowledged. */
  ended(pipelineRun: string, at: number): void {
    const execution = this.#pipelineRuns.get(pipelineRun);
    if (execution === undefined) this.#early.set(pipelineRun, at);
    else this.#done(execution, at);
  }

  /** Resolves when all executions that were created have ended. */
  allTerminal(): Promise<void> {
    return this.#until(() => this.#terminal === this.#created);
  }

  /** Resolves when all of them say that their audit events are recorded, and all ends of PipelineRuns are told. */
  allRecorded(): Promise<void> {
    const isTold = ({ phase, doneAt }: Timeline) => phase !== 'Completed' || doneAt !== undefined;
    return this.#until(() => this.#recorded === this.#created && this.all.every(isTold));
  }

  /** Resolves when all that were created are gone again. */
  allGone(): Promise<void> {
    return this.#until(() => this.#stories.size === 0);
  }

  /** Resolves when one is told to the end: recorded, and the end of its PipelineRun acknowledged. */
  complete(story: Timeline): Promise<void> {
    return this.#until(
      () => story.recordedAt !== undefined && (story.phase !== 'Completed' || story.doneAt !== undefined),
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
    const story = this.#stories.get(object.metadata.name);
    if (type === 'DELETED') this.#stories.delete(object.metadata.name);
    else if (story !== undefined) this.#note(story, object);
    this.#look();
  }

  #note(story: Timeline, { status: { phase = '', conditions = [] } = {} }: WatchedObject): void {
    if (story.terminalAt === undefined && isTerminal(phase)) {
      this.#terminal += 1;
      Object.assign(story, { terminalAt: now(), phase });
    }
    const isRecorded = conditions.some(({ type, status }) => type === 'AuditRecorded' && status === 'True');
    if (story.terminalAt === undefined || story.recordedAt !== undefined || !isRecorded) return;
    story.recordedAt = now();
    this.#recorded += 1;
  }

  #seePipelineRun({ type, object: { metadata } }: WatchEvent): void {
    if (type === 'DELETED') this.#pipelineRuns.delete(metadata.name);
    if (type !== 'ADDED') return;
    const execution = metadata.ownerReferences?.[0]?.name ?? '';
    this.#pipelineRuns.set(metadata.name, execution);
    const story = this.#stories.get(execution);
    if (story !== undefined) story.pipelineRunAt = now();
    const early = this.#early.get(metadata.name);
    this.#early.delete(metadata.name);
    if (early !== undefined) this.#done(execution, early);
    this.#look();
  }

  #done(execution: string, at: number): void {
    const story = this.#stories.get(execution);
    if (story !== undefined) story.doneAt = at;
    this.#look();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#look();
  }

  #look(): void {
    for (const look of this.#looks) look();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#failure === undefined && !holds()) return;
        this.#looks.delete(look);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      };
      this.#looks.add(look);
      look();
    });
  }
}

/** Milliseconds from the acknowledged create until the PipelineRun was seen, of those that have one. */
export function untilPipelineRun(stories: readonly Timeline[]): number[] {
  return stories.flatMap(({ acknowledgedAt, pipelineRunAt }) => between(acknowledgedAt, pipelineRunAt));
}

/** Milliseconds from the acknowledged end of the PipelineRun until a terminal phase was seen. */
export function untilTerminal(stories: readonly Timeline[]): number[] {
  return stories.flatMap(({ doneAt, terminalAt }) => between(doneAt, terminalAt));
}

/** A watch may be faster than the answer to the write; that is no time at all. */
function between(from: number | undefined, to: number | undefined): number[] {
  return from === undefined || to === undefined ? [] : [Math.max(0, to - from)];
}
