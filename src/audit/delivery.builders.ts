import { jest } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import { anAdmission, anEndedExecution } from './audit.builders.ts';
import type { AuditEvent, EventKind } from './audit-event.ts';
import type { AuditMetrics } from './audit-metrics.ts';
import { auditEvent } from './build-event.ts';
import { Delivery } from './delivery.ts';
import type { Delivered, EventStore, Told } from './event-store.ts';
import { Outbox, type Item } from './outbox.ts';

const start = new Date('2026-01-02T04:00:00Z');

/** A store that answers as the test says, and keeps what it takes. */
class Store implements EventStore {
  readonly name = 'a test';
  readonly recordedReason = 'Recorded';
  readonly canTell = true;
  readonly requests: string[][] = [];
  readonly there: AuditEvent[] = [];
  answers: ((events: readonly AuditEvent[]) => Delivered)[] = [];
  always?: (events: readonly AuditEvent[]) => Delivered;
  /** What it says instead of what is there. */
  isDumb?: Told;

  deliver(events: readonly AuditEvent[]): Promise<Delivered> {
    this.requests.push(events.map(({ resource_id, event_action }) => `${resource_id}/${event_action}`));
    const answer = this.answers.shift() ?? this.always ?? (() => ({ state: 'recorded' }));
    const delivered = answer(events);
    if (delivered.state === 'recorded') this.there.push(...events);
    return Promise.resolve(delivered);
  }

  rows(): Promise<Told> {
    this.requests.push(['?']);
    return Promise.resolve(this.isDumb ?? { state: 'told', rows: this.there });
  }
}

/** A delivery that runs, with a store and a clock of the test. */
export function aRunningDelivery() {
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
  const log = { ...silentLogger, error: (fields: object) => void errors.push(fields) };
  let mayDeliver = true;
  const delivery = new Delivery({
    around: (_, deliver) => deliver(),
    ...{ outbox, store, clock, log, onNews: news, random: () => 0.5, metrics: metrics as AuditMetrics },
    eventOf: ({ uid, due }) => auditEvent(anEndedExecution({ metadata: { name: uid } }), due),
    mayDeliver: () => mayDeliver,
  });
  const stop = new AbortController();
  const running = delivery.run(stop.signal);
  return {
    ...{ clock, outbox, store, counted, news, errors, delivery },
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
