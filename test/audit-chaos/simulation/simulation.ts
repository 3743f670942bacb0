import { isAuditFinal } from '../../../src/audit/audit-condition.ts';
import type { DeliveryMetrics } from '../../../src/audit/delivery-metrics.ts';
import { AuditTrail } from '../../../src/audit/audit-trail.ts';
import type { EventStore } from '../../../src/audit/event-store.ts';
import { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../../../src/kubernetes/logger.ts';
import type { Reflector } from '../../../src/kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../../src/workflow-execution/execution.ts';
import { checkTrail, type Violation } from '../../data-storage/index.ts';
import { Random } from '../../chaos/plan/random.ts';
import { forEachParallel } from '../../support/parallel.ts';
import { expectedOf, isKillDue, planRemediations } from '../plan.ts';
import { chaosFaults } from '../fault-plan.ts';
import { SimulatedExecutions } from './simulated-executions.ts';
import { SimulatedStorage } from './simulated-storage.ts';

const minute = 60_000;
const begin = new Date('2026-01-02T04:00:00Z');
/** Concurrent remediations, as in the chaos test. */
const concurrency = 24;
/** The longest delay of the reconciler, in milliseconds. */
const reconcileDelayMs = 10;
/** How long the service is down after a kill, in milliseconds. */
const downMs = 1_500;
/** The limit of a simulation, in simulated milliseconds. */
const deadlineMs = 60 * minute;

/** Options of a simulation. */
export interface SimulationOptions {
  readonly seed: number;
  readonly executions: number;
  readonly kills: number;
  /** `WFE_AUDIT_MAX_PENDING`. */
  readonly maxPending: number;
}

/** The result of a simulation. */
export interface Simulated {
  readonly violations: readonly Violation[];
  /** Executions whose condition AuditRecorded is not final in the end. */
  readonly unfinished: readonly string[];
  /** Simulated seconds until all conditions were final. */
  readonly seconds: number;
}

/**
 * Runs the audit trail with faults on a simulated clock: ten minutes take a tenth of a second. Kubernetes, the reconciler and
 * the network are simulated; the audit trail is real.
 */
export async function simulateChaos(options: SimulationOptions): Promise<Simulated> {
  const random = new Random(options.seed);
  const clock = new FakeClock(begin);
  const storage = new SimulatedStorage(clock, random, chaosFaults(random));
  const world = { clock, random, storage, executions: new SimulatedExecutions(clock, random) };
  const remediations = planRemediations(options.executions, random);
  let service = new SimulatedService(world, options.maxPending);
  let [performed, killed, hasRun] = [0, 0, false];
  const running = forEachParallel(concurrency, remediations, async (remediation) => {
    for (const planned of remediation) {
      await world.executions.perform(planned);
      performed += 1;
      if (service.isDead || !isKillDue({ performed, killed }, options)) continue;
      killed += 1;
      service.kill();
      clock.setTimer(downMs, () => (service = new SimulatedService(world, options.maxPending)));
    }
  });
  void running.then(() => (hasRun = true));
  const unfinished = () => world.executions.cluster.store.list().filter((execution) => !isAuditFinal(execution));
  const elapsedMs = () => clock.now().getTime() - begin.getTime();
  while ((!hasRun || unfinished().length > 0) && elapsedMs() < deadlineMs) await clock.advance(500);
  service.kill();
  return {
    violations: checkTrail(
      storage.stored,
      remediations.flat().map((planned) => expectedOf('payment', planned)),
    ),
    unfinished: unfinished().map(({ metadata }) => metadata.name),
    seconds: elapsedMs() / 1_000,
  };
}

interface World {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly storage: SimulatedStorage;
  readonly executions: SimulatedExecutions;
}

/** A process of the service: the audit trail, and the steps of the reconciler that use it. */
class SimulatedService {
  private readonly world: World;
  private readonly trail: AuditTrail;
  private dead = false;

  constructor(world: World, auditMaxPending: number) {
    this.world = world;
    const { clock, random, executions } = world;
    const counter = { inc: () => undefined };
    const counters: DeliveryMetrics = { delivered: counter, retried: counter, lost: counter };
    // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the audit trail uses no more of it
    const reflector = executions.cluster as unknown as Reflector<WorkflowExecution>;
    this.trail = new AuditTrail(
      reflector,
      this.mortal(world.storage),
      { auditSettleMs: 4_000, auditConfirmMs: 10 * minute, auditMaxPending },
      counters,
      clock,
      () => random.next(),
      silentLogger,
    );
    this.trail.onUpdate((key) => this.reconcileLater(key));
    void this.trail.run(new AbortController().signal, () => !this.dead);
    executions.onChange = (key) => this.reconcileLater(key);
    for (const key of executions.cluster.objects.keys()) this.reconcileLater(key);
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** Stops everything, including what is in flight. */
  kill(): void {
    this.dead = true;
  }

  /** A store that never answers a killed process. */
  private mortal(storage: EventStore): EventStore {
    const whileAlive = async <T>(answer: Promise<T>): Promise<T> => {
      const given = await answer;
      return this.dead ? new Promise<never>(() => undefined) : given;
    };
    return {
      ...{ name: storage.name, recordedReason: storage.recordedReason, queryable: storage.queryable },
      ingest: (event, uid) => whileAlive(storage.ingest(event, uid)),
      query: (correlationId) => whileAlive(storage.query(correlationId)),
    };
  }

  private reconcileLater(key: string): void {
    const { clock, random } = this.world;
    if (!this.dead) clock.setTimer(random.next() * reconcileDelayMs, () => this.reconcile(key));
  }

  private reconcile(key: string): void {
    const execution = this.world.executions.cluster.objects.get(key);
    if (this.dead || execution === undefined) return;
    if (execution.metadata.deletionTimestamp !== undefined) this.awaitAudit(execution);
    else if (isTerminal(phaseOf(execution))) this.updateAuditCondition(execution);
  }

  /** As the step of this name does. */
  private awaitAudit(execution: WorkflowExecution): void {
    if (this.trail.status(execution).isFinal) this.world.executions.cluster.remove(execution);
  }

  /** As the step of this name does. */
  private updateAuditCondition(execution: WorkflowExecution): void {
    const { condition } = this.trail.status(execution);
    const before = execution.status?.conditions?.find(({ type }) => type === 'AuditRecorded');
    if (condition !== undefined && condition.reason !== before?.reason)
      this.world.executions.setCondition(execution, condition);
  }
}
