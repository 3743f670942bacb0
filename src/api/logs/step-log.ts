import type { Readable } from 'node:stream';
import { sleep } from '../../kubernetes/async.ts';
import { backoffDelay } from '../../kubernetes/backoff.ts';
import type { Clock, Random } from '../../kubernetes/clock.ts';
import { CancelledError, KubernetesError, NotFoundError, UnavailableError } from '../../kubernetes/errors.ts';
import { toBuffer, withIdleTimeout } from '../../kubernetes/watch-stream.ts';
import type { ContainerState } from '../../tekton/task-pod.ts';
import type { LogPart } from './log-line.ts';
import { LogParser } from './log-parser.ts';
import { ResumePosition } from './resume-position.ts';

/** How long the log of an ended container may be silent before its connection counts as broken, in milliseconds. */
const idleTimeoutMs = 30_000;

/** Delay before the log of a running container is requested again after it ended, in milliseconds. */
const askAgainMs = 1_000;

/** Failures in a row, without a new line in between, after which a log is given up. */
const maxFailures = 6;
const backoff = { baseMs: 200, maxMs: 3_000 };

/** The container of a step. */
export interface LoggedContainer {
  /** `gone` if the pod no longer exists. */
  state(): ContainerState | 'gone';
  /** Resolves when the state may have changed, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  /** Its log, beginning at the second of `sinceTime`. */
  open(query: { readonly follow: boolean; readonly sinceTime?: string }, signal: AbortSignal): Promise<Readable>;
}

/** How a log ended; `unreadable` if the node does not return it. */
export type LogEnd =
  { readonly state: 'complete' | 'gone' } | { readonly state: 'unreadable'; readonly error: KubernetesError };

/** A part with the time of its arrival, in milliseconds of {@link Clock.elapsedMs}. */
export type ReceivedPart = LogPart & { readonly receivedMs: number };

/** Options of a {@link StepLog}. */
export interface StepLogOptions {
  readonly follow: boolean;
  /** Begins at the second of this time. */
  readonly sinceTime?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/**
 * The log of one container, read over connections that may break: nothing is repeated and nothing is left out. It ends
 * when the container has ended and everything was read; without `follow`, with what was written so far.
 *
 * When its connection to the kubelet breaks, the API server ends the response as if it were complete (it drops the error
 * of its copy: `StreamObject` in k8s.io/apiserver pkg/endpoints/handlers/responsewriters). So the log of an ended
 * container is complete only when two requests have ended at the same position.
 */
export class StepLog {
  private readonly position = new ResumePosition();
  private failures = 0;
  private lastEnd?: string;
  private isEnding = false;

  constructor(
    private readonly container: LoggedContainer,
    private readonly options: StepLogOptions,
  ) {}

  /**
   * Whether the next line may take any time, so that other logs should not wait for it: the container runs or has not
   * started, or its node fails. Without `follow` it is always false, so that the lines of all tasks are in exact order.
   */
  get mayBlock(): boolean {
    return this.options.follow && (!this.isEnding || this.failures > 0);
  }

  /** @throws KubernetesError if the API server is unreachable for long */
  async *read(): AsyncGenerator<ReceivedPart, LogEnd, undefined> {
    const { follow, signal } = this.options;
    while (!signal.aborted) {
      const state = this.container.state();
      if (state === 'gone') return { state };
      if (state === 'never' || (state === 'waiting' && !follow)) break;
      if (state === 'waiting') {
        await this.container.changed(signal);
        continue;
      }
      this.isEnding = !follow || state === 'ended';
      const end = yield* this.request(state === 'running');
      if (end !== undefined) return end;
    }
    return { state: 'complete' };
  }

  /** Requests the log once; undefined if it has to be requested again. */
  private async *request(isRunning: boolean): AsyncGenerator<ReceivedPart, LogEnd | undefined, undefined> {
    try {
      const rest = yield* this.stream();
      this.failures = 0;
      if (!this.isEnding) await this.pause(askAgainMs);
      const end = JSON.stringify([this.position.id, rest]);
      const isComplete = this.isEnding && (isRunning || end === this.lastEnd);
      this.lastEnd = end;
      if (!isComplete) return undefined;
      yield* this.accept(rest);
      return { state: 'complete' };
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      return await this.recover(error);
    }
  }

  /** Waits before the log is requested again, or ends it. */
  private async recover(error: KubernetesError): Promise<LogEnd | undefined> {
    if (error instanceof CancelledError) return undefined;
    if (error instanceof NotFoundError) return { state: 'gone' };
    if (++this.failures >= maxFailures) {
      if (!isFromNode(error)) throw error;
      if (this.isEnding) return { state: 'unreadable', error };
    }
    await this.pause((error.retryAfterMs ?? 0) + backoffDelay(backoff, this.failures, this.options.random));
    return undefined;
  }

  /** Returns what followed the last newline, which may be a line that continues. */
  private async *stream(): AsyncGenerator<ReceivedPart, readonly LogPart[], undefined> {
    const { sinceTime, clock } = this.options;
    const from = this.position.time ?? sinceTime;
    this.position.rewind();
    const closed = new AbortController();
    const signal = AbortSignal.any([this.options.signal, closed.signal]);
    try {
      const body = await this.container.open({ follow: !this.isEnding, sinceTime: from }, signal);
      const parser = new LogParser(from ?? clock.now().toISOString());
      for await (const chunk of this.chunksOf(body)) {
        yield* this.accept(parser.push(toBuffer(chunk)));
      }
      return [...parser.end()];
    } finally {
      // Destroys the body, too.
      closed.abort();
    }
  }

  private *accept(parts: Iterable<LogPart>): Generator<ReceivedPart, void, undefined> {
    const receivedMs = this.options.clock.elapsedMs();
    for (const part of parts) {
      if (!this.position.accept(part)) continue;
      this.failures = 0;
      yield { ...part, receivedMs };
    }
  }

  private async *chunksOf(body: Readable): AsyncGenerator<unknown, void, undefined> {
    const { clock } = this.options;
    try {
      yield* this.isEnding ? withIdleTimeout(body, { call: 'log', clock, idleTimeoutMs }) : body;
    } catch (cause) {
      throw new UnavailableError('the log stream broke', { cause });
    }
  }

  /** Resolves after some milliseconds, or earlier if the container has changed. */
  private async pause(ms: number): Promise<void> {
    const { clock, signal } = this.options;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([this.container.changed(either), sleep(clock, ms, either)]);
    over.abort();
  }
}

/** Whether the API server has answered for the node, rather than being unreachable or busy itself. */
function isFromNode({ status }: KubernetesError): boolean {
  return status !== undefined && ![401, 403, 429, 503].includes(status);
}
