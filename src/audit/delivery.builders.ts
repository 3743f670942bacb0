import { jest } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import { anAdmission, anEndedExecution } from './audit.builders.ts';
import type { AuditEvent, EventKind } from './audit-event.ts';
import type { AuditMetrics } from './audit-metrics.ts';
import { auditEvent } from './build-event.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { Delivered, EventStore, Told } from './event-store.ts';
import { Outbox, type Item } from './outbox.ts';

const start = new Date('2026-01-02T04:00:00Z');

/** A store that answers as the test says, and keeps what it takes. */
class Store implements EventStore {
  readonly name = 'a test';
  readonly recordedReason = 'Recorded';
  readonly canTell = true;
  readonly requests: string[][] = [];
  /** The UIDs that each delivery named. */
  readonly uids: string[][] = [];
  readonly there: AuditEvent[] = [];
  answers: ((events: readonly AuditEvent[]) => Delivered)[] = [];
  always?: (events: readonly AuditEvent[]) => Delivered;
  /** What it says instead of what is there. */
  isDumb?: Told;
  /** What a delivery waits for before it is answered. */
  before: () => Promise<void> = () => Promise.resolve();

  async deliver(events: readonly AuditEvent[], uids: readonly string[]): Promise<Delivered> {
    this.uids.push([...uids]);
    this.requests.push(events.map(({ resource_id, event_action }) => `${resource_id}/${event_action}`));
    await this.before();
    const answer = this.answers.shift() ?? this.always ?? (() => ({ state: 'recorded' }));
    const delivered = answer(events);
    if (delivered.state === 'recorded') this.there.push(...events);
    return delivered;
  }

  rows(_: string): Promise<Told> {
    this.requests.push(['?']);
    return Promise.resolve(this.isDumb ?? { state: 'told', rows: this.there });
  }
}

/** The event of an execution that is called like its UID. */
export const eventOfEnded = ({ uid, due }: Item) => auditEvent(anEndedExecution({ metadata: { name: uid } }), due);

/** A delivery that runs, with a store and a clock of the test. */
export function aRunningDelivery(eventOf: DeliveryOptions['eventOf'] = eventOfEnded) {
  const clock = new FakeClock(start);
  const outbox = new Outbox({ settleMs: 300_000, confirmMs: 3_600_000 });
  const store = new Store();
  const counted = { delivered: 0, retried: 0, lost: [] as string[] };
  const metrics: Pick<AuditMetrics, 'delivered' | 'retried' | 'lost'> = {
    delivered: () => counted.delivered++,
    retried: () => counted.retried++,
    lost: (reason) => void counted.lost.push(reason),
  };
  const news = jest.fn<(item: Item) => void>();
  const errors: unknown[] = [];
  const warnings: object[] = [];
  const log = {
    ...silentLogger,
    error: (fields: object) => void errors.push(fields),
    warn: (fields: object) => void warnings.push(fields),
  };
  let mayDeliver = true;
  const delivery = new Delivery({
    around: (_, deliver) => deliver(),
    ...{ eventOf, outbox, store, clock, log, onNews: news, random: () => 0.5, metrics: metrics as AuditMetrics },
    mayDeliver: () => mayDeliver,
  });
  const stop = new AbortController();
  const running = delivery.run(stop.signal);
  return {
    ...{ clock, outbox, store, counted, news, errors, warnings, delivery },
    take(uid: string, kinds: readonly EventKind[], state: 'due' | 'unsure' = 'due', correlationId?: string) {
      outbox.admit(anAdmission(uid, kinds, correlationId), state, clock.elapsedMs());
      delivery.ring();
      return clock.advance(0);
    },
    allow: (may: boolean) => (mayDeliver = may),
    async stop() {
      stop.abort();
      await clock.advance(0);
      await running;
    },
  };
}
