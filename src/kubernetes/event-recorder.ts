import type { KubernetesClient } from './client.ts';
import { microTime, systemClock, type Clock, type Random } from './clock.ts';
import { AlreadyExistsError, NotFoundError, ThrottledError, UnavailableError } from './errors.ts';
import {
  eventResource,
  newEvent,
  type EventInput,
  type EventSeries,
  type NewEvent,
  type ObjectReference,
  type Reporter,
} from './event.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { silentLogger, type Logger } from './logger.ts';
import { TokenBucket } from './token-bucket.ts';
import { WorkQueue, type HandlerResult } from './work-queue.ts';

/** Settings of a recorder. */
export interface EventRecorderOptions {
  readonly client: Pick<KubernetesClient, 'create' | 'patch'>;
  readonly reporter: Reporter;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** The log fields that name the object of an Event; default `object` and `uid`. */
  readonly logFields?: (object: Named) => object;
  /** Whether there is more urgent work, for which Events wait up to 30 s. */
  readonly yieldsTo?: () => boolean;
}

type Named = Pick<ObjectReference, 'namespace' | 'name' | 'uid'>;

/** Occurrences that are written as one Event with a count. */
interface Series {
  readonly event: NewEvent;
  count: number;
  last: Date;
  /** The count in the cluster; 0 before the Event is created. */
  written: number;
}

/** A series ends after this time without an occurrence, as in client-go. */
const seriesGapMs = 6 * 60_000;
/** Minimum time between writes of a series' count. */
const seriesWriteMs = 10_000;
/** Limit of new Events per object, as in client-go's spam filter: a burst of 25, then one every five minutes. */
const perObject = { burst: 25, refillMs: 5 * 60_000 };
/** Maximum number of series; beyond it the oldest written one is dropped, or else the new occurrence. */
const maxSeries = 4_096;
/** How long Events wait for more urgent work, and how often they check, in milliseconds. */
const yielding = { maxMs: 30_000, pollMs: 250 };
/** Attempts to write before an Event is dropped. */
const maxAttempts = 8;

/**
 * Writes events.k8s.io/v1 Events (`kubectl describe`, `kubectl events`). Best effort: recording never fails or blocks, and what
 * cannot be written is dropped. Occurrences about the same object with the same note become one Event with a count.
 */
export class EventRecorder {
  private readonly options: EventRecorderOptions;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly log: Logger;
  private readonly queue: WorkQueue;
  private readonly series = new Map<string, Series>();
  private readonly buckets = new Map<string, TokenBucket>();
  private draining = false;

  constructor(options: EventRecorderOptions) {
    const { clock = systemClock, random = Math.random, log = silentLogger } = options;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.log = log;
    // Without the log: failures are logged below, with the object of the Event.
    this.queue = new WorkQueue({ name: 'events', backoff: { baseMs: 1_000, maxMs: 60_000 }, clock, random });
  }

  /** Records an occurrence about an object. */
  record(object: KubernetesObject, input: EventInput): void {
    const { uid } = object.metadata;
    const at = this.clock.now();
    // client-go ignores the note here, but a note may be newer state, and the API server does not let it change.
    const key = [uid, input.type, input.reason, input.action, input.note].join('/');
    const series = this.series.get(key);
    if (series && at.getTime() - series.last.getTime() <= seriesGapMs) {
      series.count++;
      series.last = at;
      this.queue.addAfter(key, seriesWriteMs);
      return;
    }
    if (!this.mayStart(uid, at.getTime())) {
      this.log.debug({ ...this.fieldsOf(object.metadata), reason: input.reason }, 'event dropped: too many');
      return;
    }
    const suffix = `${at.getTime().toString(16)}${Math.floor(this.random() * 2 ** 32).toString(16)}`;
    const event = newEvent(this.options.reporter, object, input, at, suffix);
    this.series.set(key, { event, count: 1, last: at, written: 0 });
    this.queue.add(key);
  }

  /** Writes Events until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.queue.run((key, stop) => this.write(key, stop), { concurrency: 2, signal });
  }

  /** Writes the remaining Events and counts and accepts no more. To limit the time, abort the signal of the run. */
  drain(): Promise<void> {
    this.draining = true;
    for (const [key, { count, written }] of this.series) if (count > written) this.queue.add(key);
    return this.queue.drain();
  }

  private mayStart(uid: string, now: number): boolean {
    if (this.series.size >= maxSeries && !this.dropOldest()) return false;
    const [oldest] = this.buckets.keys();
    if (this.buckets.size >= maxSeries && oldest !== undefined) this.buckets.delete(oldest);
    const bucket = this.buckets.get(uid) ?? new TokenBucket(perObject, now);
    this.buckets.set(uid, bucket);
    return bucket.take(now);
  }

  /** Drops the oldest series that is written; false if there is none. */
  private dropOldest(): boolean {
    for (const [key, { count, written }] of this.series) {
      if (count === written) return this.series.delete(key);
    }
    return false;
  }

  private async write(key: string, signal: AbortSignal): Promise<HandlerResult> {
    const series = this.series.get(key);
    if (!series || series.count === series.written) return {};
    if (this.mustYield(series)) return { requeueAfterMs: yielding.pollMs };
    try {
      await this.send(series, signal);
    } catch (err) {
      const isTransient = err instanceof UnavailableError || err instanceof ThrottledError;
      const retry = isTransient && this.queue.failures(key) < maxAttempts;
      if (!signal.aborted) this.logFailure(series.event, err, retry);
      if (retry) throw err;
      this.series.delete(key);
    }
    return {};
  }

  private mustYield({ last }: Series): boolean {
    const { yieldsTo } = this.options;
    if (this.draining || yieldsTo === undefined) return false;
    return this.clock.now().getTime() - last.getTime() < yielding.maxMs && yieldsTo();
  }

  private async send(series: Series, signal: AbortSignal): Promise<void> {
    const { client } = this.options;
    const { event, count, last } = series;
    const { namespace, name = '' } = event.metadata;
    const counted: EventSeries | undefined = count > 1 ? { count, lastObservedTime: microTime(last) } : undefined;
    try {
      if (series.written === 0) await client.create(eventResource, { ...event, series: counted }, { signal });
      else await client.patch(eventResource, { namespace, name }, { series: counted }, { signal });
    } catch (error) {
      // The response to an earlier create was lost: the Event exists, with the count of that time.
      const exists = series.written === 0 && error instanceof AlreadyExistsError;
      // The API server deletes Events after an hour: create it again.
      const isGone = series.written > 0 && error instanceof NotFoundError;
      if (!exists && !isGone) throw error;
      series.written = exists ? 1 : 0;
      if (isGone || count > 1) return this.send(series, signal);
    }
    series.written = count;
  }

  private logFailure({ regarding, reason, note }: NewEvent, err: unknown, retry: boolean): void {
    const fields = { ...this.fieldsOf(regarding), reason, err };
    if (retry) this.log.warn(fields, 'failed to write event; retrying');
    else this.log.warn({ ...fields, note }, 'failed to write event; dropped');
  }

  private fieldsOf(object: Named): object {
    const { logFields } = this.options;
    if (logFields) return logFields(object);
    const { namespace, name, uid } = object;
    return { object: namespace === undefined ? name : `${namespace}/${name}`, uid };
  }
}
