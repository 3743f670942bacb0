import type { AuditEvent } from '../../../src/audit/audit-event.ts';
import type { EventStore, IngestResult, QueryResult, RequestFailure } from '../../../src/audit/event-store.ts';
import { sleep } from '../../../src/kubernetes/async.ts';
import { type Clock } from '../../../src/kubernetes/clock.ts';
import { hashOf } from '../../data-storage/rows/row.ts';
import type { FaultPlan, Row, Fault, FaultKind } from '../../data-storage/index.ts';
import type { Random } from '../../chaos/plan/random.ts';

/** The timeout of a request in milliseconds, as in the chaos settings. */
const timeoutMs = 1_000;
/** The longest latency of a request, in milliseconds. */
const maxLatencyMs = 20;

const unreachable: Fault = { kind: 'refused' };
const storing: ReadonlySet<FaultKind> = new Set(['none', 'resetAfterStoring', 'hangAfterStoring', 'truncated']);
const hanging: ReadonlySet<FaultKind> = new Set(['hangBeforeStoring', 'hangAfterStoring']);

/** The data storage service with faults, on a simulated clock. */
export class SimulatedStorage implements EventStore {
  readonly name = 'a simulation';
  readonly recordedReason = 'Recorded';
  readonly queryable = true;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly faults: FaultPlan;
  private readonly rows: { readonly event: AuditEvent; readonly at: Date }[] = [];
  private requests = 0;
  private unreachableUntilMs = 0;

  constructor(clock: Clock, random: Random, faults: FaultPlan) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  /** The stored events, in the order of their arrival. */
  get stored(): readonly Row[] {
    const lastHashes = new Map<string, string>();
    return this.rows.map(({ event: sent, at }, number) => {
      const event = { ...sent, event_data: { ...sent.event_data } };
      const hash = hashOf(lastHashes.get(sent.correlation_id), event);
      lastHashes.set(sent.correlation_id, hash);
      return { event_id: String(number), arrived_at: at.toISOString(), hash, event };
    });
  }

  async ingest(event: AuditEvent): Promise<IngestResult> {
    const fault = await this.arrive('POST');
    if (fault.kind === 'queued') {
      this.clock.setTimer(fault.storeAfterMs ?? 0, () => this.store(event));
      return { state: 'accepted' };
    }
    if (storing.has(fault.kind)) this.store(event);
    return fault.kind === 'none' ? { state: 'recorded' } : this.failure(fault);
  }

  async query(correlationId: string): Promise<QueryResult> {
    const fault = await this.arrive('GET');
    if (fault.kind !== 'none' && fault.kind !== 'queued') {
      const { detail, retryAfterMs } = await this.failure(fault);
      return { state: 'busy', detail, retryAfterMs };
    }
    const events = this.rows.map(({ event }) => event);
    return { state: 'found', rows: events.filter((event) => event.correlation_id === correlationId) };
  }

  /** The result of a failed request for the client. */
  private async failure(fault: Fault): Promise<RequestFailure> {
    const { kind: detail } = fault;
    if (fault === unreachable) return { state: 'busy', detail };
    if (fault.kind === 'busy') return { state: 'busy', detail, retryAfterMs: fault.retryAfterSeconds * 1_000 };
    if (fault.kind === 'error') return { state: 'failed', detail };
    if (hanging.has(fault.kind)) await sleep(this.clock, timeoutMs);
    return { state: 'unknown', detail };
  }

  /** Simulates the latency of a request, and decides about its fault. */
  private async arrive(method: 'GET' | 'POST'): Promise<Fault> {
    await sleep(this.clock, 1 + this.random.next() * maxLatencyMs);
    if (this.clock.elapsedMs() < this.unreachableUntilMs) return unreachable;
    const fault = await this.faults({ number: this.requests++, method, path: '' });
    if (fault.kind === 'refused') this.unreachableUntilMs = this.clock.elapsedMs() + (fault.forMs ?? 0);
    return fault;
  }

  private store(event: AuditEvent): void {
    this.rows.push({ event, at: this.clock.now() });
  }
}
