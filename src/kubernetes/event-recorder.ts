import { type Random, systemClock, type Clock, microTime } from './clock.ts';
import type { KubernetesClient } from './client.ts';
import { sleep } from './async.ts';
import { AlreadyExistsError, NotFoundError, ThrottledError, UnavailableError } from './errors.ts';
import {
  eventResource,
  newEvent,
  type EventSeries,
  type EventInput,
  type NewEvent,
  type ObjectReference,
  type Reporter,
} from './event.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { silentLogger, type Logger } from './logger.ts';
import { TokenBucket } from './token-bucket.ts';
import { WorkQueue } from './work-queue.ts';

/** What a recorder needs. */
export interface EventRecorderOptions {
  readonly client: Pick<KubernetesClient, 'create' | 'patch'>;
  readonly reporter: Reporter;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** The fields of a log line that name what an Event is about; by default `object` and `uid`. */
  readonly nameInLog?: (about: Named) => object;
  /** Whether there is work that Events have to wait for; they do so for a while only. */
  readonly yieldsTo?: () => boolean;
}

/** What an Event is about, as far as log lines name it. */
type Named = Pick<ObjectReference, 'namespace' | 'name' | 'uid'>;

/** Happenings that are told as one Event with a count. */
interface Series {
  readonly event: NewEvent;
  count: number;
  last: Date;
  /** The count that the API server knows; 0 before the Event is created. */
  written: number;
}

/** A series ends when it has not gone on for so long; as in client-go. */
const seriesGapMs = 6 * 60_000;
/** The count of a series is written at most this often. */
const seriesWriteMs = 10_000;
/** New Events about one object: as in client-go's spam filter, 25 at once and one more every five minutes. */
const perObject = { burst: 25, refillMs: 5 * 60_000 };
/** Series that are remembered at once: beyond that the oldest that is written is forgotten, or a happening is dropped. */
const maxSeries = 4_096;
/** How long Events wait for other work at most, and how often they look whether it is done, in milliseconds. */
const yields = { forMs: 30_000, lookMs: 250 };
/** Attempts to write before an Event is given up. */
const maxAttempts = 8;

/**
 * Tells people, as events.k8s.io/v1 Events, what happened to an object (`kubectl describe`, `kubectl events`). It is a
 * courtesy: recording never fails and never waits, and what cannot be written is dropped. The same thing happening to the
 * same object again is one Event with a count.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #nameInLog: (about: Named) => object;
  readonly #yieldsTo: () => boolean;
  #draining = false;
  readonly #queue: WorkQueue;
  readonly #series = new Map<string, Series>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: EventRecorderOptions) {
    const { clock = systemClock, random = Math.random, log = silentLogger, nameInLog = named } = options;
    const { yieldsTo = () => false } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#nameInLog = nameInLog;
    this.#yieldsTo = yieldsTo;
    // Failures are logged here, with what the Event is about.
    this.#queue = new WorkQueue({ name: 'events', backoff: { baseMs: 1_000, maxMs: 60_000 }, clock, random });
  }

  /** Notes that something happened to an object. */
  record(object: KubernetesObject, happening: EventInput): void {
    const at = this.#clock.now();
    const key = [
      object.metadata.uid,
      happening.type,
      happening.reason,
      happening.action,
      happening.related?.metadata.uid,
    ].join('/');
    const series = this.#series.get(key);
    if (series && at.getTime() - series.last.getTime() <= seriesGapMs) {
      series.count++;
      series.last = at;
      this.#queue.addAfter(key, seriesWriteMs);
      return;
    }
    if (!this.#mayBegin(object.metadata.uid, at.getTime())) {
      const about = this.#nameInLog(object.metadata);
      this.#log.debug({ ...about, reason: happening.reason }, 'too many events, one is dropped');
      return;
    }
    const suffix = `${at.getTime().toString(16)}${Math.floor(this.#random() * 2 ** 32).toString(16)}`;
    const event = newEvent(this.#options.reporter, object, happening, at, suffix);
    this.#series.set(key, { event, count: 1, last: at, written: 0 });
    this.#queue.add(key);
  }

  /** Writes what is recorded until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#queue.run((key, cancelled) => this.#write(key, cancelled), { concurrency: 2, signal });
  }

  /** Takes nothing more and writes what is left, counts included. To bound it, abort the run's signal after a while. */
  drain(): Promise<void> {
    this.#draining = true;
    for (const [key, { count, written }] of this.#series) if (count > written) this.#queue.add(key);
    return this.#queue.drain();
  }

  #mayBegin(uid: string, now: number): boolean {
    if (this.#series.size >= maxSeries && !this.#forgetOldest()) return false;
    // Whose bucket is forgotten may tell a little more than it should.
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= maxSeries && oldest !== undefined) this.#buckets.delete(oldest);
    const bucket = this.#buckets.get(uid) ?? new TokenBucket(perObject, now);
    this.#buckets.set(uid, bucket);
    return bucket.take(now);
  }

  /** Forgets the oldest series that has nothing to be written; whether there was one. */
  #forgetOldest(): boolean {
    for (const [key, { count, written }] of this.#series) {
      if (count === written) return this.#series.delete(key);
    }
    return false;
  }

  async #write(key: string, signal: AbortSignal): Promise<void> {
    const series = this.#series.get(key);
    if (!series || series.count === series.written) return;
    while (!signal.aborted && this.#mayWait(series)) await sleep(this.#clock, yields.lookMs, signal);
    try {
      await this.#send(series, signal);
    } catch (err) {
      const worthRetrying = err instanceof UnavailableError || err instanceof ThrottledError;
      const again = worthRetrying && this.#queue.failures(key) < maxAttempts;
      if (!signal.aborted) this.#tellFailure(series, err, again);
      if (again) throw err;
      this.#series.delete(key);
    }
  }

  #mayWait({ last }: Series): boolean {
    return !this.#draining && this.#clock.now().getTime() - last.getTime() < yields.forMs && this.#yieldsTo();
  }

  #tellFailure({ event: { regarding, reason, note } }: Series, err: unknown, again: boolean): void {
    const fields = { ...this.#nameInLog(regarding), reason, err };
    if (again) this.#log.warn(fields, 'an event could not be written, it is tried again');
    else this.#log.warn({ ...fields, note }, 'an event could not be written and is dropped');
  }

  async #send(series: Series, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const { event, count, last } = series;
    const { namespace, name = '' } = event.metadata;
    const told: EventSeries | undefined = count > 1 ? { count, lastObservedTime: microTime(last) } : undefined;
    try {
      if (series.written === 0) await client.create(eventResource, { ...event, series: told }, { signal });
      else await client.patch(eventResource, { namespace, name }, { series: told }, { signal });
    } catch (error) {
      // The answer to an earlier attempt was lost: what is there is ours, with the count it had then.
      const isThere = series.written === 0 && error instanceof AlreadyExistsError;
      // It has outlived the time for which the API server keeps Events (an hour): a new one begins.
      const isGone = series.written > 0 && error instanceof NotFoundError;
      if (!isThere && !isGone) throw error;
      series.written = isThere ? 1 : 0;
      if (isGone || count > 1) return this.#send(series, signal);
    }
    series.written = count;
  }
}

function named({ namespace, name, uid }: Named): object {
  return { object: namespace === undefined ? name : `${namespace}/${name}`, uid };
}
