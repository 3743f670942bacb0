import { constants } from 'node:os';
import { ClusterError } from '../cluster/errors.ts';
import { streamProgress, type Progress } from '../cluster/index.ts';

/** What a command that takes minutes gives its work. */
export interface LongCommand {
  /** The arguments of the command line. */
  readonly argv: readonly string[];
  /** Tells somebody who waits a line, as it stands. */
  readonly progress: Progress;
  /** The same, after the seconds since the start. */
  readonly log: Progress;
  /** Aborts when the command is told to stop, by a terminal or by whoever runs it. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command that takes minutes and has things to remove when it is called off. Errors of its user and of the machine are
 * told in a sentence, all others whole; the exit code is 1 then, and 128 + n after signal n.
 *
 * @param work may set the exit code to log what came of it
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
