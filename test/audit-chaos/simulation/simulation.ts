import { isAuditFinal } from '../../../src/audit/audit-condition.ts';
import type { AuditMetrics } from '../../../src/audit/audit-metrics.ts';
import { AuditTrail } from '../../../src/audit/audit-trail.ts';
import type { EventStore } from '../../../src/audit/event-store.ts';
import { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../../../src/kubernetes/logger.ts';
import type { Reflector } from '../../../src/kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../../src/workflow-execution/execution.ts';
import { checkTrail, type Violation } from '../../data-storage/index.ts';
import { Random } from '../../chaos/plan/random.ts';
import { atOnce } from '../../support/at-once.ts';
import { expectedOf, isKillDue, planRemediations } from '../plan.ts';
import { chaosFaults } from '../fault-plan.ts';
import { SimulatedExecutions } from './simulated-executions.ts';
import { SimulatedStorage } from './simulated-storage.ts';

const minute = 60_000;
const begin = new Date('2026-01-02T04:00:00Z');
/** How many remediations are under way at once, as in the storm. */
const concurrency = 24;
/** The longest that the reconciler takes to look at an execution, in milliseconds. */
const longestLookMs = 10;
/** How long the service is away when it was killed, in milliseconds. */
const downMs = 1_500;
/** A time after which everything should have been said long ago, in milliseconds. */
const patienceMs = 60 * minute;

/** What is simulated. */
export interface SimulationOptions {
  readonly seed: number;
  readonly executions: number;
  readonly kills: number;
  /** `WFE_AUDIT_MAX_PENDING`. */
  readonly maxPending: number;
}

/** What came of it. */
export interface Simulated {
  readonly violations: readonly Violation[];
  /** Executions that do not say in the end what has become of their events. */
  readonly untold: readonly string[];
  /** Simulated seconds until everything was said. */
  readonly seconds: number;
}

/**
 * Runs the audit trail through a storm on a clock that is moved by hand: what takes a real storm ten minutes takes a tenth of
 * a second, so that there can be thousands. Kubernetes, the reconciler and the network are replaced; the audit trail is real.
 */
export async function simulateChaos(options: SimulationOptions): Promise<Simulated> {
  const random = new Random(options.seed);
  const clock = new FakeClock(begin);
  const storage = new SimulatedStorage(clock, random, chaosFaults(random));
  const world = { clock, random, storage, executions: new SimulatedExecutions(clock, random) };
  const remediations = planRemediations(options.executions, random);
  let service = new SimulatedService(world, options.maxPending);
  let [performed, killed, isPerformed] = [0, 0, false];
  const performing = atOnce(concurrency, remediations, async (remediation) => {
    for (const planned of remediation) {
      await world.executions.perform(planned);
      performed += 1;
      if (service.isDead || !isKillDue({ performed, killed }, options)) continue;
      killed += 1;
      service.kill();
      clock.setTimer(downMs, () => (service = new SimulatedService(world, options.maxPending)));
    }
  });
  void performing.then(() => (isPerformed = true));
  const untold = () => world.executions.cluster.store.list().filter((execution) => !isAuditFinal(execution));
  const elapsedMs = () => clock.now().getTime() - begin.getTime();
  while ((!isPerformed || untold().length > 0) && elapsedMs() < patienceMs) await clock.advance(500);
  service.kill();
  return {
    violations: checkTrail(
      storage.stored,
      remediations.flat().map((planned) => expectedOf('payment', planned)),
    ),
    untold: untold().map(({ metadata }) => metadata.name),
    seconds: elapsedMs() / 1_000,
  };
}

interface World {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly storage: SimulatedStorage;
  readonly executions: SimulatedExecutions;
}

/** A process of the service: an audit trail, and of the reconciler what tells of it and what waits for it. */
class SimulatedService {
  readonly #world: World;
  readonly #trail: AuditTrail;
  #isDead = false;

  constructor(world: World, auditMaxPending: number) {
    this.#world = world;
    const { clock, random, executions } = world;
    const nothing = () => undefined;
    const metrics: Pick<AuditMetrics, 'delivered' | 'retried' | 'lost'> = {
      ...{ delivered: nothing, retried: nothing, lost: nothing },
    };
    /* eslint-disable @typescript-eslint/consistent-type-assertions -- the audit trail uses no more of these */
    const reflector = executions.cluster as unknown as Reflector<WorkflowExecution>;
    const counters = metrics as AuditMetrics;
    /* eslint-enable @typescript-eslint/consistent-type-assertions */
    this.#trail = new AuditTrail(
      reflector,
      this.#mortal(world.storage),
      { auditSettleMs: 4_000, auditConfirmMs: 10 * minute, auditDeleteWaitMs: patienceMs, auditMaxPending },
      counters,
      clock,
      () => random.next(),
      silentLogger,
    );
    this.#trail.onUpdate((key) => this.#lookLater(key));
    void this.#trail.run(new AbortController().signal, () => !this.#isDead);
    executions.onChange = (key) => this.#lookLater(key);
    for (const key of executions.cluster.objects.keys()) this.#lookLater(key);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Nothing more comes of it, not even of what is under way. */
  kill(): void {
    this.#isDead = true;
  }

  /** What a process that has been killed has asked for is never answered to it. */
  #mortal(storage: EventStore): EventStore {
    const whileAlive = async <T>(answer: Promise<T>): Promise<T> => {
      const given = await answer;
      return this.#isDead ? new Promise<never>(() => undefined) : given;
    };
    return {
      ...{ name: storage.name, recordedReason: storage.recordedReason, queryable: storage.queryable },
      ingest: (event, uid) => whileAlive(storage.ingest(event, uid)),
      query: (correlationId) => whileAlive(storage.query(correlationId)),
    };
  }

  #lookLater(key: string): void {
    const { clock, random } = this.#world;
    if (!this.#isDead) clock.setTimer(random.next() * longestLookMs, () => this.#look(key));
  }

  #look(key: string): void {
    const execution = this.#world.executions.cluster.objects.get(key);
    if (this.#isDead || execution === undefined) return;
    if (execution.metadata.deletionTimestamp !== undefined) this.#awaitAudit(execution);
    else if (isTerminal(phaseOf(execution))) this.#tellAudit(execution);
  }

  /** As the step of this name does. */
  #awaitAudit(execution: WorkflowExecution): void {
    if (this.#trail.status(execution).isFinal) this.#world.executions.cluster.remove(execution);
  }

  /** As the step of this name does. */
  #tellAudit(execution: WorkflowExecution): void {
    const { condition } = this.#trail.status(execution);
    const before = execution.status?.conditions?.find(({ type }) => type === 'AuditRecorded');
    if (condition !== undefined && condition.reason !== before?.reason)
      this.#world.executions.tell(execution, condition);
  }
}
