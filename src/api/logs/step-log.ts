import type { Readable } from 'node:stream';
import { backoffDelay } from '../../kubernetes/backoff.ts';
import { type Random, type Clock } from '../../kubernetes/clock.ts';
import { sleep } from '../../kubernetes/async.ts';
import { CancelledError, KubernetesError, NotFoundError, UnavailableError } from '../../kubernetes/errors.ts';
import { toBuffer } from '../../kubernetes/watch-stream.ts';
import type { ContainerState } from '../../tekton/task-pod.ts';
import type { Arrived, LogPart } from './log-line.ts';
import { LogParts } from './log-parts.ts';
import { LogPosition } from './log-position.ts';

/** What a reader of a log says when there is nothing to tell just now: nobody should wait for it. */
export const idle = 'idle';

/** How long nothing comes before a log counts as idle, in milliseconds: its container and the way here take less. */
export const idleAfterMs = 200;

/** How long a log that has an end may be silent before its connection counts as dead, in milliseconds. */
const silentMs = 30_000;

/** How soon a container whose log has ended is asked again, when it is not known to have ended itself, in milliseconds. */
const askAgainMs = 1_000;

/** How often in a row a log may break off without anything new before that counts. */
const maxFailures = 6;
const backoff = { baseMs: 200, maxMs: 3_000 };

/** The container of a step, as its reader sees it. */
export interface LoggedContainer {
  /** As it is known now; `gone` when its pod is. */
  state(): ContainerState | 'gone';
  /** Resolves when the state may have changed, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  /** Its log, from this second on. */
  open(query: { readonly follow: boolean; readonly sinceTime?: string }, signal: AbortSignal): Promise<Readable>;
}

/** How the reading of a log ended: `unreadable` is one that its node does not give. */
export type LogEnd =
  { readonly state: 'whole' | 'gone' } | { readonly state: 'unreadable'; readonly error: KubernetesError };

type ArrivedPart = LogPart & Arrived;

/** What reading a log takes. */
export interface LogReading {
  readonly follow: boolean;
  /** Begins at the second of this time. */
  readonly sinceTime?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** How one request ended: an orderly end leaves what was written after the last newline. */
type AttemptEnd =
  { readonly state: 'orderly'; readonly rest: readonly LogPart[] } | Exclude<LogEnd, { state: 'whole' }>;

/**
 * Reads the log of one container from its beginning to its end, over connections that may break: what has been told is
 * not told again, and nothing is left out. It ends when the container has ended and everything was read, or, when it is
 * not followed, at what has been written by then.
 *
 * An orderly end alone says little: when the connection between the API server and the kubelet breaks, the API server
 * ends its answer as if all had come (it drops the error of its copy: `StreamObject` in k8s.io/apiserver
 * pkg/endpoints/handlers/responsewriters). So the end of a log that does not grow any more is believed when it has come
 * twice in the same place.
 */
export class StepLog {
  private readonly position = new LogPosition();
  private failures = 0;
  private lastEnd?: string;

  constructor(
    private readonly container: LoggedContainer,
    private readonly reading: LogReading,
  ) {}

  /**
   * Parts as they are asked for, and {@link idle} when it is followed and nobody should wait for it: while it may go on, or
   * when its node does not give it. One that is not followed is never idle: what is told afterwards is told in the order of
   * time, however long a node takes to answer.
   *
   * @returns whether all was read
   * @throws KubernetesError when the API server is out of reach for long
   */
  async *read(): AsyncGenerator<ArrivedPart | typeof idle, LogEnd, undefined> {
    const { follow, signal } = this.reading;
    while (!signal.aborted) {
      const state = this.container.state();
      if (state === 'gone') return { state };
      if (state === 'never' || (state === 'waiting' && !follow)) return { state: 'whole' };
      if (state === 'waiting') {
        yield idle;
        await this.container.changed(signal);
      } else {
        const end = yield* this.look(state);
        if (end !== undefined) return end;
      }
    }
    return { state: 'whole' };
  }

  /** One request for the log of a container that has been started; undefined while it is not known to be all. */
  private async *look(
    state: 'running' | 'ended',
  ): AsyncGenerator<ArrivedPart | typeof idle, LogEnd | undefined, undefined> {
    const isLast = !this.reading.follow || state === 'ended';
    const end = yield* this.attempt(isLast);
    if (end?.state !== 'orderly') return end;
    if (!isLast) yield* this.pause(askAgainMs);
    if (!this.isWhole(end.rest, state === 'running') || !isLast) return undefined;
    yield* this.news(end.rest);
    return { state: 'whole' };
  }

  /** Whether the end that a request has come to is that of the log. One that may still grow need not end there twice. */
  private isWhole(rest: readonly LogPart[], mayGrow: boolean): boolean {
    const end = JSON.stringify([this.position.place, rest]);
    const isSame = end === this.lastEnd;
    this.lastEnd = end;
    return isSame || mayGrow;
  }

  /** One request, and the pause after one that broke off: then there is no end yet. */
  private async *attempt(
    isLast: boolean,
  ): AsyncGenerator<ArrivedPart | typeof idle, AttemptEnd | undefined, undefined> {
    try {
      const rest = yield* this.stream(isLast);
      this.failures = 0;
      return { state: 'orderly', rest };
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error instanceof CancelledError) return undefined;
      if (error instanceof NotFoundError) return { state: 'gone' };
      if (++this.failures >= maxFailures) {
        if (!isAnswer(error)) throw error;
        if (isLast) return { state: 'unreadable', error };
      }
      const delayMs = backoffDelay(backoff, this.failures, this.reading.random);
      yield* this.pause((error.retryAfterMs ?? 0) + delayMs);
      return undefined;
    }
  }

  /** Returns what came after the last newline: it may be a line that goes on. */
  private async *stream(isLast: boolean): AsyncGenerator<ArrivedPart | typeof idle, readonly LogPart[], undefined> {
    const { sinceTime, clock } = this.reading;
    const from = this.position.time ?? sinceTime;
    this.position.rewind();
    const over = new AbortController();
    const signal = AbortSignal.any([this.reading.signal, over.signal]);
    try {
      const opening = this.container.open({ follow: !isLast, sinceTime: from }, signal);
      if (!isLast) yield* this.idleUntil(opening);
      const body = await opening;
      const parts = new LogParts(from ?? clock.now().toISOString());
      for await (const chunk of this.chunksOf(body, isLast)) {
        if (chunk === idle) yield idle;
        else yield* this.news(parts.push(chunk));
      }
      return [...parts.end()];
    } finally {
      // Destroys the body too, when there is one.
      over.abort();
    }
  }

  private *news(parts: Iterable<LogPart>): Generator<ArrivedPart, void, undefined> {
    const arrivedMs = this.reading.clock.elapsedMs();
    for (const part of parts) {
      if (!this.position.take(part)) continue;
      this.failures = 0;
      yield { ...part, arrivedMs };
    }
  }

  /** The chunks of a body, and {@link idle} when the next one lets wait for itself. */
  private async *chunksOf(body: Readable, isLast: boolean): AsyncGenerator<Buffer | typeof idle, void, undefined> {
    const chunks: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
    for (;;) {
      const next = chunks.next();
      const disarm = isLast ? this.breakAfter(silentMs, body) : () => undefined;
      if (!isLast) yield* this.idleUntil(next);
      const result: IteratorResult<unknown, unknown> = await next.catch(brokenOff).finally(disarm);
      if (result.done === true) return;
      yield toBuffer(result.value);
    }
  }

  private breakAfter(ms: number, body: Readable): () => void {
    return this.reading.clock.setTimer(ms, () => body.destroy(new Error(`the log was silent for ${ms} ms`)));
  }

  /** Says once that there is nothing, when what is waited for has not come in time. */
  private async *idleUntil(pending: Promise<unknown>): AsyncGenerator<typeof idle, void, undefined> {
    const over = new AbortController();
    const settled = pending.then(
      () => true,
      () => true,
    );
    const inTime = await Promise.race([settled, sleep(this.reading.clock, idleAfterMs, over.signal).then(() => false)]);
    over.abort();
    if (!inTime) yield idle;
  }

  private async *pause(ms: number): AsyncGenerator<typeof idle, void, undefined> {
    const { clock, signal } = this.reading;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    if (this.reading.follow) yield idle;
    await Promise.race([this.container.changed(either), sleep(clock, ms, either)]);
    over.abort();
  }
}

function brokenOff(cause: unknown): never {
  throw new UnavailableError('the log broke off', { cause });
}

/** Whether the API server has answered for a node, rather than being itself out of reach or too busy. */
function isAnswer({ status }: KubernetesError): boolean {
  return status !== undefined && ![401, 403, 429, 503].includes(status);
}
