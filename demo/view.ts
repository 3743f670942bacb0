import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Cluster } from '../test/cluster/index.ts';

/** An execution in the output of the demo. */
export interface Row {
  readonly name: string;
  readonly phase: string;
  readonly outcome: string;
  readonly pipelineRun: string;
  readonly message: string;
}

const columns =
  'NAME:.metadata.name,PHASE:.status.phase,OUTCOME:.status.outcome,RUN:.status.pipelineRunRef.name,MESSAGE:.status.message';
const terminal = new Set(['Completed', 'Failed', 'Skipped']);

/**
 * Follows executions with `kubectl get wfe -w` until all have ended.
 *
 * @param show called with a line for each change of a phase
 * @returns the last row of each execution, in the order of `names`
 */
export async function followPhases(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  namespace: string,
  names: readonly string[],
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<Row[]> {
  const arguments_ = ['--kubeconfig', cluster.kubeconfig, 'get', 'wfe', '-n', namespace, '--watch', '--no-headers'];
  const child = spawn(cluster.kubectl, [...arguments_, '-o', `custom-columns=${columns}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  child.once('error', () => undefined); // Emitted on abort; the loop below ends with the stream.
  const rows = new Map<string, Row>();
  const started = Date.now();
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const row = readRow(line);
      if (row === undefined || !names.includes(row.name) || rows.get(row.name)?.phase === row.phase) continue;
      rows.set(row.name, row);
      show(`  ${seconds(started)}  ${row.name.padEnd(24)} ${(row.phase || 'Pending').padEnd(10)} ${row.message}`);
      if (names.every((name) => terminal.has(rows.get(name)?.phase ?? ''))) break;
    }
  } finally {
    child.kill();
  }
  return names.flatMap((name) => rows.get(name) ?? []);
}

function readRow(line: string): Row | undefined {
  const [name, phase, outcome, pipelineRun, ...message] = line.trim().split(/\s+/);
  if (name === undefined || phase === undefined || outcome === undefined || pipelineRun === undefined) return undefined;
  const words = [phase, outcome, pipelineRun, message.join(' ')].map((word) => (word === '<none>' ? '' : word));
  const [shownPhase = '', shownOutcome = '', shownRun = '', shownMessage = ''] = words;
  return { name, phase: shownPhase, outcome: shownOutcome, pipelineRun: shownRun, message: shownMessage };
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(7);
}
