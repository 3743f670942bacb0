import { setTimeout as delay } from 'node:timers/promises';
import { RetryingClient } from './client/retrying-client.ts';
import { Load } from './client/load.ts';
import { ResumingWatch } from './client/resuming-watch.ts';
import { CallSummary } from './client/call-summary.ts';
import { commonPromises, type Drill, type DrillFigures, type DrillPromise } from './drill.ts';
import { openFixture, type Fixture, type FixtureOptions } from './harness/fixture.ts';
import { holdsWithin } from '../support/until.ts';
import type { DrillSize } from './size.ts';

/** Number of clients; half start at each API replica, and half use REST. */
const clientCount = 4;
/** Milliseconds for executions, and then the watches, to settle after the load. */
const settleMs = { executions: 120_000, watch: 20_000 };

/** Result of a drill. */
export interface DrillResult {
  readonly name: string;
  readonly size: DrillSize;
  readonly figures: DrillFigures;
  readonly promises: readonly DrillPromise[];
  /** Errors of retried and failed calls, with their counts. */
  readonly errors: readonly (readonly [string, number])[];
}

/**
 * Runs a drill on its own fixture.
 *
 * @throws Error if it cannot run, or the signal aborts
 */
export async function runDrill(drill: Drill, options: Omit<FixtureOptions, 'name' | 'tls'>): Promise<DrillResult> {
  const { name, tls = false, deadline = options.size.deadline } = drill;
  const fixture = await openFixture({ ...options, name, tls, size: { ...options.size, deadline } });
  const clients = new Clients(fixture);
  try {
    clients.start();
    await delay(fixture.size.steady * 1_000, undefined, { signal: fixture.signal });
    const { leaderlessMs, facts = {} } = await drill.inject(fixture);
    await delay(fixture.size.steady * 1_000, undefined, { signal: fixture.signal });
    await clients.end();
    const figures = {
      ...clients.figures(),
      untilNextPipelineRun: leaderlessMs === undefined ? undefined : fixture.etcdWatcher.secondsToNextRun(leaderlessMs),
      facts,
    };
    const promises = [...commonPromises(figures), ...drill.promises(figures, fixture.size)];
    return { name, size: fixture.size, figures, promises, errors: clients.errors };
  } finally {
    await clients.close();
    await fixture.close();
  }
}

/** The load during a drill: clients that create and read, and one watch at each API replica. */
class Clients {
  readonly #fixture: Fixture;
  readonly #summary = new CallSummary();
  readonly #over = new AbortController();
  readonly #callers: readonly RetryingClient[];
  readonly #load: Load;
  readonly #watches: readonly ResumingWatch[];
  #watchMissed = 0;
  #working: Promise<unknown> = Promise.resolve();
  #watching: Promise<unknown> = Promise.resolve();

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
    const { connections, namespace, image, size, api } = fixture;
    const signal = AbortSignal.any([fixture.signal, this.#over.signal]);
    const endpoints = () => api.members.map(({ endpoint }) => endpoint);
    const shared = { endpoints, summary: this.#summary, signal };
    this.#callers = Array.from(
      { length: clientCount },
      (_, index) => new RetryingClient({ ...shared, index: index >> 1 }),
    );
    this.#load = new Load({ connections, namespace, image, deadlineMs: size.deadline * 1_000 });
    this.#watches = [0, 1].map((index) => {
      const watcher = new RetryingClient({ ...shared, index });
      const nextReplica = () => {
        watcher.moveOn();
        return connections.grpc(watcher.endpoint);
      };
      return new ResumingWatch(nextReplica, namespace);
    });
  }

  start(): void {
    this.#watching = Promise.allSettled(this.#watches.map((watch) => watch.run()));
    this.#working = Promise.allSettled(this.#callers.map((caller, index) => this.#load.work(caller, index)));
  }

  /** Lets clients finish their calls and waits until all executions have ended. */
  async end(): Promise<void> {
    const { etcdWatcher, signal, caughtUp } = this.#fixture;
    this.#load.stop();
    await this.#working;
    await caughtUp();
    await holdsWithin(settleMs.executions, () => etcdWatcher.ended === etcdWatcher.executions, signal);
    await holdsWithin(settleMs.watch, () => this.#missed() === 0, signal);
    this.#watchMissed = this.#missed();
  }

  figures() {
    const { api, controllers, etcdWatcher } = this.#fixture;
    const probed = { api: api.probes.figures(), controllers: controllers.probes.figures() };
    return {
      ...this.#summary.figures(),
      ...etcdWatcher.figures(new Set(this.#load.created.values())),
      notReady: { ...probed.api.notReady, ...probed.controllers.notReady },
      noApiReady: probed.api.noneReady,
      noControllerReady: probed.controllers.noneReady,
      watchResumed: this.#sum(({ resumed }) => resumed),
      watchStartedAnew: this.#sum(({ restarted }) => restarted),
      watchMissed: this.#watchMissed,
      exits: api.unplannedExits + controllers.unplannedExits,
    };
  }

  get errors(): readonly (readonly [string, number])[] {
    const failures = this.#watches.flatMap(({ failure }) =>
      failure === undefined ? [] : [[failure.message, 1] as const],
    );
    return [...this.#callers.flatMap(({ errors }) => [...errors]), ...failures];
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#load.stop();
    for (const watch of this.#watches) watch.stop();
    await this.#working;
    await this.#watching;
  }

  /** Number of executions whose last state a watch has not received. */
  #missed(): number {
    const { namespace, etcdWatcher } = this.#fixture;
    const states = [...etcdWatcher.latest].map(
      ([name, version]) => [`namespaces/${namespace}/workflowExecutions/${name}`, version] as const,
    );
    return this.#sum(({ latest }) => states.filter(([name, version]) => latest.get(name) !== version).length);
  }

  #sum(of: (watch: ResumingWatch) => number): number {
    return this.#watches.reduce((sum, watch) => sum + of(watch), 0);
  }
}
