import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../history/change.ts';
import type { Interference, InterferenceKind } from '../plan/interference.ts';
import type { Action } from '../plan/plan.ts';
import type { ChaosOptions } from '../chaos.ts';
import { FailoverTimer } from './failover-timer.ts';
import type { InterferingAdmin } from './interfering-admin.ts';
import type { Replica } from './replica.ts';
import type { Fixture } from './fixture.ts';
import { count, Progress } from './progress.ts';

/** Interval of progress lines in milliseconds. */
const progressEveryMs = 5000;
const patientSettleMs = { executions: 180_000, locks: 60_000 };
/** Timeout for a replica to lead, in milliseconds. */
const leaderMs = 60_000;

/** Executes the plan of a chaos run and waits until everything has settled. */
export class ChaosRunner {
  /** Planned actions that did not happen. */
  readonly missed: string[] = [];
  readonly #options: ChaosOptions;
  readonly #progress = new Progress();
  readonly #failover = new FailoverTimer();
  readonly #done = { create: 0, cancel: 0, delete: 0, kill: 0, freeze: 0, 'restart-api-server': 0, interfere: 0 };
  readonly #interferences: InterferenceKind[] = [];
  readonly #aborted = Promise.withResolvers<never>();
  #changed = Promise.withResolvers<void>();

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#aborted.promise.catch(() => undefined);
    options.signal.addEventListener('abort', () => this.#aborted.reject(new Error('aborted')), { once: true });
  }

  /** Observes a recorded change. */
  observe(change: Change): void {
    this.#progress.observe(change);
    this.#failover.observe(change);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Aborts the run because its infrastructure failed. */
  fail(error: unknown): void {
    if (this.#options.signal.aborted) return;
    const sentence = error instanceof Error ? error.message : String(error);
    this.missed.push(sentence);
    this.#options.log(`not as planned: ${sentence}`);
  }

  /** Figures of the actions so far. */
  figures(fixture: Fixture) {
    return {
      kills: this.#done.kill,
      freezes: this.#done.freeze,
      apiServerRestarts: this.#done['restart-api-server'],
      deletions: this.#done.delete,
      cancellations: this.#done.cancel,
      interferences: count(this.#interferences),
      exits: fixture.replicas.reduce((sum, { unplannedExits }) => sum + unplannedExits, 0),
      secondsWithoutLeader: this.#failover.seconds,
    };
  }

  /** Starts each action at its time, waits for all of them, then for executions and locks to settle or the timeout. */
  async run(fixture: Fixture, plan: readonly Action[]): Promise<void> {
    const timer = setInterval(() => this.#logProgress(), progressEveryMs);
    const started = performance.now();
    try {
      const begin = (actions: readonly Action[] = []) =>
        Promise.all(actions.map((action) => this.#perform(fixture, action, started)));
      const { interfere, other } = Object.groupBy(plan, ({ kind }) => (kind === 'interfere' ? kind : 'other'));
      const interfering = begin(interfere);
      await begin(other);
      this.#options.signal.throwIfAborted();
      const { settleMs = patientSettleMs } = this.#options;
      await this.#until(() => this.#progress.ended >= this.#done.create, settleMs.executions);
      // Nothing is left to interfere with.
      fixture.admin.stop();
      await interfering;
      // Expired executions are deleted meanwhile, and must be gone.
      const hasSettled = () => this.#progress.locks === 0 && this.#progress.ended >= this.#done.create;
      await this.#until(hasSettled, settleMs.locks);
      await fixture.caughtUp();
    } finally {
      clearInterval(timer);
      this.#logProgress();
    }
  }

  async #perform(fixture: Fixture, action: Action, started: number): Promise<void> {
    const { signal } = this.#options;
    try {
      await delay(Math.max(0, started + action.atMs - performance.now()), undefined, { signal });
      await Promise.race([this.#do(fixture, action), this.#aborted.promise]);
      this.#done[action.kind] += 1;
    } catch (error) {
      this.fail(error);
    }
  }

  #do(fixture: Fixture, action: Action): Promise<void> {
    switch (action.kind) {
      case 'create':
        return fixture.submitter.create(action.execution);
      case 'cancel':
        return fixture.submitter.cancel(action.execution);
      case 'delete':
        return fixture.submitter.delete(action.execution);
      case 'kill':
        return this.#kill(fixture, action.replica, action.downMs);
      case 'freeze':
        return this.#freeze(fixture.replicas, action.forMs);
      case 'interfere':
        return this.#interfere(fixture.admin, action.interference);
      case 'restart-api-server':
        this.#failover.disturb();
        return this.#options.cluster.restart('kube-apiserver');
    }
  }

  async #interfere(admin: InterferingAdmin, interference: Interference): Promise<void> {
    if (await admin.interfere(interference)) this.#interferences.push(interference.kind);
  }

  /** A frozen replica must resume; the other one is killed instead. */
  async #kill(fixture: Fixture, number: number, downMs: number): Promise<void> {
    const planned = fixture.replicas[number];
    const victim = planned?.isFrozen === true ? fixture.replicas.find(({ isFrozen }) => !isFrozen) : planned;
    if (victim === undefined) throw new Error(`there is no replica ${number} to kill`);
    await victim.up();
    this.#failover.disturb();
    const [ledUntilNow, now] = [victim.isLeading, performance.now()];
    await victim.kill(downMs);
    // The dead leader's last writes are observed before the timer starts.
    await fixture.caughtUp();
    if (ledUntilNow) this.#failover.leaderDied(now);
  }

  async #freeze(replicas: readonly Replica[], forMs: number): Promise<void> {
    const { signal } = this.#options;
    const leader = await leaderOf(replicas, signal);
    this.#failover.disturb();
    await leader.freeze(forMs, signal);
  }

  /** Waits for a condition, checked at each change, until a deadline; the checker reports what does not hold. */
  async #until(holds: () => boolean, deadlineMs: number): Promise<void> {
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(deadlineMs)]);
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!holds() && !signal.aborted) await Promise.race([this.#changed.promise, over]);
    this.#options.signal.throwIfAborted();
  }

  #logProgress(): void {
    const { create, kill, freeze, cancel, delete: deleted } = this.#done;
    const { size } = this.#options;
    const phases = Object.entries(this.#progress.byPhase).map(([phase, number]) => `${phase} ${number}`);
    this.#options.log(
      `created ${create}/${size.executions}, ended ${this.#progress.ended} (${phases.join(', ')}); ` +
        `kills ${kill}/${size.kills}, freezes ${freeze}/${size.freezes}, ` +
        `API server restarts ${this.#done['restart-api-server']}/${size.apiServerRestarts}, ` +
        `deleted ${deleted}, cancelled ${cancel}, interfered ${this.#interferences.length}; locks ${this.#progress.locks}`,
    );
  }
}

/** Waits for the leading replica. */
async function leaderOf(replicas: readonly Replica[], signal: AbortSignal): Promise<Replica> {
  for (
    const deadline = performance.now() + leaderMs;
    performance.now() < deadline;
    await delay(100, undefined, { signal })
  ) {
    const leader = replicas.find(({ isLeading, isFrozen }) => isLeading && !isFrozen);
    if (leader !== undefined) return leader;
  }
  throw new Error('no replica has become the leader');
}
