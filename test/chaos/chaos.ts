import { setMaxListeners } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import type { Cluster } from '../cluster/index.ts';
import { check } from './checker/check.ts';
import { phaseOf, timelineOf } from './checker/timeline.ts';
import type { Timeline } from './checker/timeline.ts';
import type { Violation } from './checker/violation.ts';
import { ChaosRunner } from './harness/runner.ts';
import { openFixture } from './harness/fixture.ts';
import { count } from './harness/progress.ts';
import { parseHistory } from './history/change.ts';
import type { Change } from './history/change.ts';
import { textAt } from './history/json.ts';
import type { ChaosSize } from './plan/options.ts';
import { planChaos } from './plan/plan.ts';

/** Options of a chaos run. */
export interface ChaosOptions {
  readonly size: ChaosSize;
  /** A local cluster of level `tekton` or `pods` with the product's manifests. */
  readonly cluster: Pick<Cluster, 'directory' | 'kubeconfig' | 'kubectl' | 'registry' | 'restart'>;
  /** The cluster is shared: the service watches only the run's namespaces and keeps its locks in one of them. */
  readonly shared?: boolean;
  /** Directory of the history and logs; emptied first. */
  readonly directory: string;
  /** Additional settings (WFE_…) of the service. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Checkout with the built service; default this one. */
  readonly product?: string;
  /** Milliseconds for executions, and then locks, to settle once all actions are done. */
  readonly settleMs?: { readonly executions: number; readonly locks: number };
  /** Breaks the lock, to show that the checker finds the consequences. */
  readonly brokenLock?: boolean;
  /** Called with progress lines. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Figures of a chaos run. */
export interface ChaosSummary {
  readonly seed: number;
  readonly executions: number;
  /** Executions by final phase; `Deleted` if deleted before they ended. */
  readonly byPhase: Readonly<Record<string, number>>;
  readonly bySkipReason: Readonly<Record<string, number>>;
  readonly pipelineRuns: number;
  readonly kills: number;
  readonly freezes: number;
  readonly apiServerRestarts: number;
  readonly deletions: number;
  readonly cancellations: number;
  /** Interferences by kind. */
  readonly interferences: Readonly<Record<string, number>>;
  /** PipelineRuns that the administrator created. */
  readonly foreignRuns: number;
  /** Pods whose steps ran, or why there are none. */
  readonly pods: number | string;
  /** Exits without being killed, such as a leader that lost its lease. */
  readonly exits: number;
  /** Seconds from each leader's death to the next PipelineRun, if nothing else interfered. */
  readonly secondsWithoutLeader: readonly number[];
  readonly watchEvents: number;
  readonly violations: number;
  readonly seconds: number;
}

/** Result of a chaos run. */
export interface ChaosResult {
  readonly summary: ChaosSummary;
  readonly violations: readonly Violation[];
  /** Planned actions that did not happen. Any of them invalidates the run. */
  readonly missed: readonly string[];
  /** Path of the history (JSON lines). */
  readonly history: string;
}

/**
 * Runs two replicas of the service while hundreds of executions compete for few targets, replicas are killed and frozen, the
 * API server restarts, executions are canceled and deleted, and an administrator edits and deletes Leases and PipelineRuns.
 * Then checks the history.
 *
 * @throws Error if it cannot run, or the signal aborts
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const started = performance.now();
  // Each planned action adds a listener.
  setMaxListeners(0, options.signal);
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(options.directory, { recursive: true });
  const runner = new ChaosRunner(options);
  const fixture = await openFixture(options, {
    onChange: (change) => runner.observe(change),
    onError: (error) => runner.fail(error),
  });
  try {
    await runner.run(fixture, planChaos(options.size));
  } finally {
    await fixture.close();
  }
  const history = parseHistory(await readFile(fixture.historyFile, 'utf8'));
  const violations = check(history);
  const timeline = timelineOf(history);
  const summary = {
    ...figures(options.size.seed, history.changes, timeline),
    ...runner.figures(fixture),
    pods: fixture.noPods ?? timeline.pods.filter(({ started }) => started !== undefined).length,
    violations: violations.length,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  const lost = options.size.executions - summary.executions;
  const missed = [...runner.missed, ...(lost === 0 ? [] : [`${lost} executions are not in the history`])];
  return { summary, violations, missed, history: fixture.historyFile };
}

function figures(seed: number, changes: readonly Change[], { executions, runs, foreignRuns }: Timeline) {
  const ends = [...executions.values()].map(({ ended, gone, states }) => ({
    ended,
    gone,
    last: states.at(-1) ?? states[0],
  }));
  const reasons = ends.map(({ ended }) => textAt(ended?.object, 'status', 'skip', 'reason'));
  return {
    seed,
    executions: executions.size,
    byPhase: count(ends.map(({ ended, gone, last }) => (ended ? phaseOf(ended) : gone ? 'Deleted' : phaseOf(last)))),
    bySkipReason: count(reasons.filter((reason) => reason !== undefined)),
    pipelineRuns: runs.length,
    foreignRuns: foreignRuns.length,
    watchEvents: changes.length,
  };
}
