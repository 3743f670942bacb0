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

type Failed = Exclude<Told, { state: 'told' }> & { readonly items: readonly Item[] };
type Answer = { readonly state: 'told' } | Failed;

/** How a turn of questions went; what could not be asked is asked again, and `isAll` when nothing could be. */
export type Asked = { readonly state: 'nothing' } | { readonly state: 'told' } | (Failed & { readonly isAll: boolean });

interface Question {
  readonly item: Item;
  readonly event: AuditEvent;
}

/** Asks the store for events of which nobody knows whether they are there. */
export class Inquiry {
  constructor(private readonly options: InquiryOptions) {}

  /** Asks for those whose time has come, a request for each correlation id. Never rejects. */
  async ask(): Promise<Asked> {
    const { outbox, clock, eventOf } = this.options;
    const groups = new Map<string, Question[]>();
    for (const item of outbox.nextLooks(clock.elapsedMs(), maxLooks)) {
      const event = eventOf(item);
      if (event === undefined) continue;
      const { correlation_id: id } = event;
      groups.set(id, [...(groups.get(id) ?? []), { item, event }]);
    }
    if (groups.size === 0) return { state: 'nothing' };
    const all = await Promise.all([...groups].map(([id, group]) => this.askFor(id, group)));
    const failure = all.find(isFailure);
    return failure === undefined ? { state: 'told' } : { ...failure, isAll: all.every(isFailure) };
  }

  private async askFor(correlationId: string, group: readonly Question[]): Promise<Answer> {
    const { outbox, store, clock, finish, giveUp } = this.options;
    const told = await store.rows(correlationId);
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

function isFailure(answer: Answer): answer is Failed {
  return answer.state !== 'told';
}
