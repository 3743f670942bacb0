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

/** What a chaos run runs on and how. */
export interface ChaosOptions {
  readonly size: ChaosSize;
  /** An embedded cluster of level `tekton` or `pods` that has the product's manifests. */
  readonly cluster: Pick<Cluster, 'directory' | 'kubeconfig' | 'kubectl' | 'registry' | 'restart'>;
  /** Others use the cluster too: the service keeps its locks in a namespace of the chaos run and serves only its namespaces. */
  readonly shared?: boolean;
  /** Where the history and the logs of the replicas go; emptied first. */
  readonly directory: string;
  /** More settings (WFE_…) of the service. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Directory of a checkout whose built service is run instead of that of this one. */
  readonly product?: string;
  /** Milliseconds that executions, and then locks, get to come to an end when nothing disturbs them any more. */
  readonly settleMs?: { readonly executions: number; readonly locks: number };
  /** Makes the lock useless, to show that the checker finds what follows from that. */
  readonly brokenLock?: boolean;
  /** Told how it goes, a line now and then. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What came of a chaos run, in figures. */
export interface ChaosSummary {
  readonly seed: number;
  readonly executions: number;
  /** Executions by their last phase; `Deleted` are those that were removed before they had ended. */
  readonly byPhase: Readonly<Record<string, number>>;
  readonly bySkipReason: Readonly<Record<string, number>>;
  readonly pipelineRuns: number;
  readonly kills: number;
  readonly freezes: number;
  readonly apiServerRestarts: number;
  readonly deletions: number;
  readonly cancellations: number;
  /** What the neighbour did, by kind. */
  readonly interferences: Readonly<Record<string, number>>;
  /** PipelineRuns that the neighbour created. */
  readonly foreignRuns: number;
  /** Pods whose steps have run; or why there are none. */
  readonly pods: number | string;
  /** How often a replica has ended without having been killed, such as a leader that had lost its lease. */
  readonly exits: number;
  /** From each death of a leader to the next PipelineRun, where nothing else disturbed the take-over. */
  readonly secondsWithoutLeader: readonly number[];
  readonly watchEvents: number;
  readonly violations: number;
  readonly seconds: number;
}

/** What came of a chaos run. */
export interface ChaosResult {
  readonly summary: ChaosSummary;
  readonly violations: readonly Violation[];
  /** What was planned and did not happen, a sentence each. A chaos run with any proves nothing. */
  readonly missed: readonly string[];
  /** Path of the history, JSON lines. */
  readonly history: string;
}

/**
 * Runs two replicas of the service through a chaos run: hundreds of executions that want the same few targets, while replicas
 * are killed and frozen, the API server restarts, executions are cancelled and deleted, and a neighbour edits and deletes
 * Leases and PipelineRuns. Then checks its history.
 *
 * @throws Error when it cannot be run, or is called off by its signal
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const started = performance.now();
  // Every planned action waits on it.
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
