import { constants } from 'node:os';
import { ClusterError } from '../cluster/errors.ts';
import { streamProgress, type Progress } from '../cluster/index.ts';

/** Context of a long-running command. */
export interface LongCommand {
  /** Command line arguments. */
  readonly argv: readonly string[];
  /** Prints a line. */
  readonly progress: Progress;
  /** Prints a line with the seconds since the start. */
  readonly log: Progress;
  /** Aborts on SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}

/**
 * Runs a long command that cleans up when interrupted. Expected errors are printed as a sentence, others with their stack; the
 * exit code is 1 then, and 128 + n after signal n.
 *
 * @param work may set the exit code
 */
export async function runLongCommand(work: (command: LongCommand) => Promise<void>): Promise<void> {
  const started = performance.now();
  const interrupted = new AbortController();
  const progress = streamProgress(process.stderr);
  const log = (line: string): void =>
    progress(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)}s  ${line}`);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!interrupted.signal.aborted) progress('Aborting and cleaning up …');
      process.exitCode = 128 + constants.signals[name];
      interrupted.abort();
    });
  }
  try {
    await work({ argv: process.argv.slice(2), progress, log, signal: interrupted.signal });
  } catch (error) {
    if (interrupted.signal.aborted) return;
    console.error(error instanceof ClusterError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
