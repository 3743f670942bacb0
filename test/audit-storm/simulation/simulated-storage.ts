import type { AuditEvent } from '../../../src/audit/audit-event.ts';
import type { Delivered, EventStore, Told } from '../../../src/audit/event-store.ts';
import { sleep, type Clock } from '../../../src/kubernetes/clock.ts';
import { hashOf } from '../../data-storage/rows/row.ts';
import type { Forecast, Row, Weather } from '../../data-storage/index.ts';
import type { Random } from '../../storm/plan/random.ts';

/** How long a request waits for its answer, in milliseconds: `WFE_DATA_STORAGE_TIMEOUT` of the storm. */
const timeoutMs = 1_000;
/** The longest that a request is on its way, in milliseconds. */
const longestWayMs = 20;

const isAway: Weather = { kind: 'refused' };
const failed = <S extends 'busy' | 'unclear' | 'unknown'>(state: S, detail: string) => ({ state, detail });

/** The data storage service as the audit trail sees it, in bad weather, on a clock of its own. */
export class SimulatedStorage implements EventStore {
  readonly name = 'a simulation';
  readonly recordedReason = 'Recorded';
  readonly canTell = true;
  readonly stored: Row[] = [];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #forecast: Forecast;
  /** What is stored, as it was sent. */
  readonly #sent: AuditEvent[] = [];
  readonly #lastHashes = new Map<string, string>();
  #requests = 0;
  #awayUntilMs = 0;

  constructor(clock: Clock, random: Random, forecast: Forecast) {
    this.#clock = clock;
    this.#random = random;
    this.#forecast = forecast;
  }

  async deliver(events: readonly AuditEvent[]): Promise<Delivered> {
    const weather = await this.#arrive('POST');
    const take = () => this.#take(events);
    switch (weather.kind) {
      case 'fair':
        take();
        return { state: 'recorded' };
      case 'queued':
        this.#clock.setTimer(weather.landingMs ?? 0, take);
        return { state: 'queued' };
      case 'busy':
        return { ...failed('busy', 'HTTP 429'), retryAfterMs: weather.retryAfterSeconds * 1_000 };
      case 'broken':
        return failed('unclear', 'HTTP 500');
      case 'refused':
        return weather === isAway ? failed('busy', 'ECONNREFUSED') : failed('unknown', 'ECONNRESET');
      case 'resetBeforeTaking':
      case 'hangBeforeTaking':
        return this.#unanswered(weather);
      case 'resetAfterTaking':
      case 'hangAfterTaking':
      case 'halfAnswer':
        take();
        return this.#unanswered(weather);
    }
  }

  async rows(correlationId: string): Promise<Told> {
    const weather = await this.#arrive('GET');
    if (weather.kind === 'busy') {
      return { ...failed('busy', 'HTTP 429'), retryAfterMs: weather.retryAfterSeconds * 1_000 };
    }
    if (weather.kind !== 'fair' && weather.kind !== 'queued') {
      const { detail } = await this.#unanswered(weather);
      return failed('busy', detail);
    }
    return { state: 'told', rows: this.#sent.filter((event) => event.correlation_id === correlationId) };
  }

  async #unanswered({ kind }: Weather): Promise<{ readonly state: 'unknown'; readonly detail: string }> {
    if (kind === 'hangBeforeTaking' || kind === 'hangAfterTaking') await sleep(this.#clock, timeoutMs);
    return failed('unknown', kind);
  }

  /** Lets a request be on its way for a while, and decides what becomes of it. */
  async #arrive(method: 'GET' | 'POST'): Promise<Weather> {
    await sleep(this.#clock, 1 + this.#random.next() * longestWayMs);
    if (this.#clock.elapsedMs() < this.#awayUntilMs) return isAway;
    const weather = await this.#forecast({ number: this.#requests++, method, path: '' });
    if (weather.kind === 'refused') this.#awayUntilMs = this.#clock.elapsedMs() + (weather.forMs ?? 0);
    return weather;
  }

  #take(events: readonly AuditEvent[]): void {
    for (const own of events) {
      const event = { ...own, event_data: { ...own.event_data } };
      const hash = hashOf(this.#lastHashes.get(own.correlation_id), event);
      this.#lastHashes.set(own.correlation_id, hash);
      this.#sent.push(own);
      this.stored.push({
        event_id: String(this.stored.length),
        arrived_at: this.#clock.now().toISOString(),
        hash,
        event,
      });
    }
  }
}
