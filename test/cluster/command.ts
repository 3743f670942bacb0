import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ClusterAborted, throwIfAborted } from './errors.ts';

/** How a command that was waited for ended. */
export interface CommandResult {
  /** Exit code; 128 + n when signal n ended it, as a shell would say. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Interrupts the command, and rejects with ClusterAborted once it has ended. */
  readonly signal?: AbortSignal;
  /**
   * Who is interrupted: the command with everything it has started, which is killed if it does not end within 5 s, or
   * the command alone, which then takes the time it needs.
   */
  readonly onAbort?: 'interrupt-group' | 'interrupt-command';
  readonly onStderrLine?: (line: string) => void;
}

/** Time that an interrupted command gets before its group is killed. */
const graceMilliseconds = 5_000;

/** Runs a command to its end and collects its output. Only failing to start it, and being aborted, is an error. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  throwIfAborted(options.signal);
  const { signal, onStderrLine } = options;
  // In a group of its own: a Ctrl-C of the terminal does not reach it, the signal does, with all its descendants.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    if (onStderrLine) text.trimEnd().split('\n').forEach(onStderrLine);
  });
  let forced: NodeJS.Timeout | undefined;
  const abort = () => {
    const group = options.onAbort !== 'interrupt-command';
    // SIGINT and not SIGTERM: it is the one at which Go removes its temporary files.
    sendTo(child.pid, 'SIGINT', group);
    if (group) forced = setTimeout(() => sendTo(child.pid, 'SIGKILL', group), graceMilliseconds);
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? 128));
    });
    if (signal?.aborted) throw new ClusterAborted();
    return { code, ...output };
  } finally {
    clearTimeout(forced);
    signal?.removeEventListener('abort', abort);
  }
}

function sendTo(pid: number | undefined, signal: NodeJS.Signals, group: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(group ? -pid : pid, signal);
  } catch {
    // It has ended already.
  }
}

/** The full path of a command on the path, or undefined. */
export function findOnPath(command: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  const candidates = path
    .split(delimiter)
    .filter(Boolean)
    .map((directory) => join(directory, command));
  return candidates.find(isExecutable);
}

/** Whether this is a file that may be run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
