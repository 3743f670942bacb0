import type { Clock } from '../kubernetes/clock.ts';
import { isSameEvent, type AuditEvent } from './audit-event.ts';
import type { EventStore, Told } from './event-store.ts';
import type { Item, Outbox } from './outbox.ts';

/** How many events are asked for in one turn. */
const maxLooks = 64;

/** What an inquiry works with, and whom it tells. */
export interface InquiryOptions {
  readonly outbox: Outbox;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly eventOf: (item: Item) => AuditEvent | undefined;
  /** The event is there. */
  readonly finish: (item: Item, state: 'recorded') => void;
  /** The event was taken and is not waited for any more. */
  readonly giveUp: (item: Item, event: AuditEvent, state: 'notConfirmed') => void;
}

/** How a turn of questions went; what could not be asked is asked again. */
export type Asked =
  | { readonly state: 'nothing' }
  | { readonly state: 'told' }
  | (Exclude<Told, { state: 'told' }> & { readonly items: readonly Item[] });

interface Question {
  readonly item: Item;
  readonly event: AuditEvent;
}

/** Asks the store for events of which nobody knows whether they are there. */
export class Inquiry {
  constructor(private readonly options: InquiryOptions) {}

  /** Asks for those whose time has come, a request for each correlation id and type. Never rejects. */
  async ask(): Promise<Asked> {
    const { outbox, clock, eventOf } = this.options;
    const groups = new Map<string, Question[]>();
    for (const item of outbox.nextLooks(clock.elapsedMs(), maxLooks)) {
      const event = eventOf(item);
      if (event === undefined) continue;
      const key = JSON.stringify([event.correlation_id, event.event_type]);
      groups.set(key, [...(groups.get(key) ?? []), { item, event }]);
    }
    if (groups.size === 0) return { state: 'nothing' };
    const all = await Promise.all([...groups.values()].map((group) => this.askFor(group)));
    return all.find(({ state }) => state !== 'told') ?? { state: 'told' };
  }

  private async askFor(group: readonly Question[]): Promise<Asked> {
    const { outbox, store, clock, finish, giveUp } = this.options;
    const [first] = group;
    if (first === undefined) return { state: 'nothing' };
    const told = await store.rows(first.event.correlation_id, first.event.event_type);
    if (told.state !== 'told') {
      for (const { item } of group) outbox.notAsked(item);
      return { ...told, items: group.map(({ item }) => item) };
    }
    for (const { item, event } of group) {
      if (told.rows.some((row) => isSameEvent(event, row))) finish(item, 'recorded');
      else if (outbox.missed(item, clock.elapsedMs())) giveUp(item, event, 'notConfirmed');
    }
    return { state: 'told' };
  }
}
