import type { AuditEvent } from '../../../src/audit/audit-event.ts';
import type { EventStore, IngestResult, QueryResult, RequestFailure } from '../../../src/audit/event-store.ts';
import { sleep } from '../../../src/kubernetes/async.ts';
import { type Clock } from '../../../src/kubernetes/clock.ts';
import { hashOf } from '../../data-storage/rows/row.ts';
import type { Forecast, Row, Weather, WeatherKind } from '../../data-storage/index.ts';
import type { Random } from '../../chaos/plan/random.ts';

/** How long a request waits for its answer, in milliseconds: `WFE_DATA_STORAGE_TIMEOUT` of the storm. */
const timeoutMs = 1_000;
/** The longest that a request is on its way, in milliseconds. */
const longestWayMs = 20;

const isAway: Weather = { kind: 'refused' };
const taking: ReadonlySet<WeatherKind> = new Set(['fair', 'resetAfterTaking', 'hangAfterTaking', 'halfAnswer']);
const hanging: ReadonlySet<WeatherKind> = new Set(['hangBeforeTaking', 'hangAfterTaking']);

/** The data storage service as the audit trail sees it, in bad weather, on a clock of its own. */
export class SimulatedStorage implements EventStore {
  readonly name = 'a simulation';
  readonly recordedReason = 'Recorded';
  readonly queryable = true;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #forecast: Forecast;
  readonly #taken: { readonly event: AuditEvent; readonly at: Date }[] = [];
  #requests = 0;
  #awayUntilMs = 0;

  constructor(clock: Clock, random: Random, forecast: Forecast) {
    this.#clock = clock;
    this.#random = random;
    this.#forecast = forecast;
  }

  /** What is stored, in the order of its arrival. */
  get stored(): readonly Row[] {
    const lastHashes = new Map<string, string>();
    return this.#taken.map(({ event: sent, at }, number) => {
      const event = { ...sent, event_data: { ...sent.event_data } };
      const hash = hashOf(lastHashes.get(sent.correlation_id), event);
      lastHashes.set(sent.correlation_id, hash);
      return { event_id: String(number), arrived_at: at.toISOString(), hash, event };
    });
  }

  async ingest(event: AuditEvent): Promise<IngestResult> {
    const weather = await this.#arrive('POST');
    if (weather.kind === 'queued') {
      this.#clock.setTimer(weather.landingMs ?? 0, () => this.#take(event));
      return { state: 'accepted' };
    }
    if (taking.has(weather.kind)) this.#take(event);
    return weather.kind === 'fair' ? { state: 'recorded' } : this.#failure(weather);
  }

  async query(correlationId: string): Promise<QueryResult> {
    const weather = await this.#arrive('GET');
    if (weather.kind !== 'fair' && weather.kind !== 'queued') {
      const { detail, retryAfterMs } = await this.#failure(weather);
      return { state: 'busy', detail, retryAfterMs };
    }
    const events = this.#taken.map(({ event }) => event);
    return { state: 'found', rows: events.filter((event) => event.correlation_id === correlationId) };
  }

  /** What a client makes of bad weather, once it knows of it. */
  async #failure(weather: Weather): Promise<RequestFailure> {
    const { kind: detail } = weather;
    if (weather === isAway) return { state: 'busy', detail };
    if (weather.kind === 'busy') return { state: 'busy', detail, retryAfterMs: weather.retryAfterSeconds * 1_000 };
    if (weather.kind === 'broken') return { state: 'failed', detail };
    if (hanging.has(weather.kind)) await sleep(this.#clock, timeoutMs);
    return { state: 'unknown', detail };
  }

  /** Lets a request be on its way for a while, and decides what becomes of it. */
  async #arrive(method: 'GET' | 'POST'): Promise<Weather> {
    await sleep(this.#clock, 1 + this.#random.next() * longestWayMs);
    if (this.#clock.elapsedMs() < this.#awayUntilMs) return isAway;
    const weather = await this.#forecast({ number: this.#requests++, method, path: '' });
    if (weather.kind === 'refused') this.#awayUntilMs = this.#clock.elapsedMs() + (weather.forMs ?? 0);
    return weather;
  }

  #take(event: AuditEvent): void {
    this.#taken.push({ event, at: this.#clock.now() });
  }
}
