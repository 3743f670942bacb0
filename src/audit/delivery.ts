import type { Random, Clock } from '../kubernetes/clock.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { auditInLog } from './audit-in-log.ts';
import { oldestMs, type AuditEvent } from './audit-event.ts';
import type { AuditMetrics } from './audit-metrics.ts';
import type { Delivered, EventStore } from './event-store.ts';
import { Inquiry } from './inquiry.ts';
import type { FinalState, Item, Outbox } from './outbox.ts';
import { Turns } from './turns.ts';

/** The most events of a request, and the most bytes: the service takes 500, and 5 MiB. */
const maxBatch = 500;
const maxBatchBytes = 4 * 1024 * 1024;

/** How long is waited after a refusal that somebody has to do something about, in milliseconds. */
const refusedRetryMs = 60_000;

/** How long a delivery that is to stop goes on with what is due, in milliseconds. */
const flushMs = 5_000;

/** Why a request has to be made again. */
type Failure = Exclude<Delivered, { state: 'recorded' | 'queued' }>;

/** The events of a request, in their order. */
type Batch = ReadonlyMap<Item, AuditEvent>;

/** What a delivery works with. */
export interface DeliveryOptions {
  readonly outbox: Outbox;
  readonly store: EventStore;
  readonly metrics: AuditMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Makes the event; undefined when its execution is not there any more. */
  readonly eventOf: (item: Item) => AuditEvent | undefined;
  /** Sends the request that hands events over, one for each item; to watch over it. */
  readonly around: <T extends Delivered>(items: readonly Item[], deliver: () => Promise<T>) => Promise<T>;
  /** Told when there is something new to say about an event's execution. */
  readonly onNews: (item: Item) => void;
  /** Asked before each request: when it says no, another process may deliver already. */
  readonly mayDeliver: () => boolean;
}

/**
 * Brings the events of an outbox to their store, one request after another: what comes up meanwhile goes along with the
 * next one. A request that one bad event spoils is made smaller until that one stands alone, and is set aside. Beside that
 * the store is asked for what may be there; neither waits for the other.
 */
export class Delivery {
  /** What the store refuses this service with, as long as it does. */
  refusal?: string;
  private readonly inquiry: Inquiry;
  private readonly sending: Turns;
  private readonly asking: Turns;
  private limit = maxBatch;

  constructor(private readonly options: DeliveryOptions) {
    const { clock, random, outbox } = options;
    this.inquiry = new Inquiry({
      ...options,
      finish: (item, state) => this.finish(item, state),
      giveUp: (item, event, state) => this.giveUp(item, event, state),
    });
    const nextLook = () => (outbox.nextLookAtMs() ?? Infinity) - clock.elapsedMs();
    const nextBatch = () => (outbox.nextBatch(1).length > 0 ? 0 : Infinity);
    this.sending = new Turns({ clock, random, take: () => this.sendNext(), nextInMs: nextBatch });
    this.asking = new Turns({ clock, random, take: () => this.askNext(), nextInMs: nextLook });
  }

  /** Looks anew whether there is something to do. */
  ring(): void {
    this.sending.ring();
    this.asking.ring();
  }

  /**
   * Delivers until the signal aborts, and then what is due and goes through at once, so that whoever delivers next need
   * not ask for it. A request that has begun comes to its end first. Never rejects.
   */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.sending.run(signal), this.asking.run(signal)]);
    const { clock } = this.options;
    const lastMs = clock.elapsedMs() + flushMs;
    while (clock.elapsedMs() < lastMs && this.sending.isWell && (await this.sendNext()));
  }

  private async sendNext(): Promise<boolean> {
    const { outbox, clock, store, around, mayDeliver } = this.options;
    if (!mayDeliver()) return false;
    const { batch, tooOld } = this.made(outbox.nextBatch(this.limit));
    // Behind a batch of which nothing is left there may be others.
    if (batch.size === 0) return tooOld > 0;
    const items = [...batch.keys()];
    for (const item of items) outbox.move(item, 'sending', clock.elapsedMs());
    const uids = items.map(({ uid }) => uid);
    this.conclude(batch, await around(items, () => store.deliver([...batch.values()], uids)));
    return true;
  }

  private async askNext(): Promise<boolean> {
    if (!this.options.mayDeliver()) return false;
    const asked = await this.inquiry.ask();
    if (asked.state === 'nothing') return false;
    const failure = asked.state === 'told' ? undefined : asked;
    if (!failure?.isAll) this.asking.succeed();
    if (failure !== undefined) this.fail(this.asking, failure, failure.items);
    // What is not there may be due now.
    this.sending.ring();
    return true;
  }

  /** The events of a batch, as many as there is room for; those that can not be sent any more are done with. */
  private made(items: readonly Item[]): { readonly batch: Batch; readonly tooOld: number } {
    const { clock, eventOf } = this.options;
    const batch = new Map<Item, AuditEvent>();
    let [bytes, tooOld] = [0, 0];
    for (const item of items) {
      const event = eventOf(item);
      if (event === undefined) continue;
      if (clock.now().getTime() - Date.parse(event.event_timestamp) > oldestMs) {
        this.giveUp(item, event, 'tooOld');
        tooOld += 1;
        continue;
      }
      bytes += Buffer.byteLength(JSON.stringify(event));
      if (batch.size > 0 && bytes > maxBatchBytes) break;
      batch.set(item, event);
    }
    return { batch, tooOld };
  }

  private conclude(batch: Batch, delivered: Delivered): void {
    const items = [...batch.keys()];
    switch (delivered.state) {
      case 'recorded':
        this.succeeded();
        this.limit = Math.min(maxBatch, this.limit * 2);
        for (const item of items) this.finish(item, 'recorded');
        return;
      case 'queued':
        this.succeeded();
        this.move(items, 'queued');
        return this.tell(items);
      case 'invalid':
      case 'tooLarge':
        return this.narrow(batch, delivered.detail);
      case 'unclear':
        this.move(items, 'unclear');
        return this.fail(this.sending, delivered, items);
      case 'unknown':
        this.move(items, 'unsure');
        return this.fail(this.sending, delivered, items);
      case 'busy':
      case 'refused':
        this.move(items, 'due');
        return this.fail(this.sending, delivered, items);
    }
  }

  /** One event alone that is not taken never will be; among several there is at least one such. */
  private narrow(batch: Batch, detail: string): void {
    if (batch.size > 1) {
      this.limit = Math.floor(batch.size / 2);
      return this.move([...batch.keys()], 'due');
    }
    this.limit = maxBatch;
    for (const [item, event] of batch) this.giveUp(item, event, 'refused', detail);
  }

  private giveUp(item: Item, event: AuditEvent, state: Exclude<FinalState, 'recorded'>, detail?: string): void {
    const { log, metrics } = this.options;
    const subject = auditInLog(event, item.uid);
    log.error(
      { ...subject, audit: event, state, detail },
      'an audit event is not recorded, and will not be sent again',
    );
    metrics.lost(state);
    this.finish(item, state, detail);
  }

  private finish(item: Item, state: FinalState, detail?: string): void {
    const { outbox, metrics, onNews } = this.options;
    outbox.finish(item, state, detail);
    if (state === 'recorded') metrics.delivered();
    if (outbox.unfinished(item.uid).length === 0) onNews(item);
    // What waited behind it may have to be asked for.
    this.asking.ring();
  }

  private move(items: readonly Item[], state: Item['state']): void {
    const { outbox, clock } = this.options;
    for (const item of items) outbox.move(item, state, clock.elapsedMs());
    this.asking.ring();
  }

  private tell(items: readonly Item[]): void {
    for (const item of items) this.options.onNews(item);
  }

  private succeeded(): void {
    this.sending.succeed();
    this.refusal = undefined;
  }

  private fail(turns: Turns, { state, detail, retryAfterMs = 0 }: Failure, items: readonly Item[]): void {
    const { log, metrics, outbox } = this.options;
    metrics.retried();
    const isRefused = state === 'refused';
    const delayMs = turns.fail(isRefused ? refusedRetryMs : retryAfterMs);
    log.warn({ detail, delayMs, pending: outbox.pending }, 'audit events are not delivered, trying again');
    this.refusal = isRefused ? detail : undefined;
    if (isRefused) this.tell(items);
  }
}
