import { setMaxListeners } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import type { Cluster } from '../cluster/index.ts';
import { check } from './checker/check.ts';
import { phaseOf, tell } from './checker/story.ts';
import type { Story } from './checker/story.ts';
import type { Violation } from './checker/violation.ts';
import { Conductor } from './harness/conductor.ts';
import { openStage } from './harness/stage.ts';
import { count } from './harness/standing.ts';
import { parseHistory } from './history/change.ts';
import type { Change } from './history/change.ts';
import { textAt } from './history/json.ts';
import type { StormSize } from './plan/options.ts';
import { planStorm } from './plan/plan.ts';

/** What a storm runs on and how. */
export interface StormOptions {
  readonly size: StormSize;
  /** An embedded cluster of level `tekton` or `pods` that has the product's manifests. */
  readonly cluster: Pick<Cluster, 'directory' | 'kubeconfig' | 'kubectl' | 'registry' | 'restart'>;
  /** Others use the cluster too: the service keeps its locks in a namespace of the storm and serves only its namespaces. */
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
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What came of a storm, in figures. */
export interface StormSummary {
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

/** What came of a storm. */
export interface StormResult {
  readonly summary: StormSummary;
  readonly violations: readonly Violation[];
  /** What was planned and did not happen, a sentence each. A storm with any proves nothing. */
  readonly missed: readonly string[];
  /** Path of the history, JSON lines. */
  readonly history: string;
}

/**
 * Runs two replicas of the service through a storm: hundreds of executions that want the same few targets, while replicas
 * are killed and frozen, the API server restarts, executions are cancelled and deleted, and a neighbour edits and deletes
 * Leases and PipelineRuns. Then checks its history.
 *
 * @throws Error when it cannot be run, or is called off by its signal
 */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const started = performance.now();
  // Every planned action waits on it.
  setMaxListeners(0, options.signal);
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(options.directory, { recursive: true });
  const conductor = new Conductor(options);
  const stage = await openStage(options, {
    onChange: (change) => conductor.see(change),
    onError: (error) => conductor.fail(error),
  });
  try {
    await conductor.perform(stage, planStorm(options.size));
  } finally {
    await stage.close();
  }
  const history = parseHistory(await readFile(stage.historyFile, 'utf8'));
  const violations = check(history);
  const story = tell(history);
  const summary = {
    ...figures(options.size.seed, history.changes, story),
    ...conductor.figures(stage),
    pods: stage.noPods ?? story.pods.filter(({ started }) => started !== undefined).length,
    violations: violations.length,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  const lost = options.size.executions - summary.executions;
  const missed = [...conductor.missed, ...(lost === 0 ? [] : [`${lost} executions are not in the history`])];
  return { summary, violations, missed, history: stage.historyFile };
}

function figures(seed: number, changes: readonly Change[], { executions, runs, foreignRuns }: Story) {
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
