import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ClusterAborted, throwIfAborted } from './errors.ts';

/** Result of a command. */
export interface CommandResult {
  /** Exit code; 128 + n after signal n, as in a shell. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Interrupts the command, and rejects with ClusterAborted once it has ended. */
  readonly signal?: AbortSignal;
  /**
   * What the signal interrupts: the whole process group, which is killed after 5 s, or the command alone, which may take its
   * time.
   */
  readonly onAbort?: 'interrupt-group' | 'interrupt-command';
  readonly onStderrLine?: (line: string) => void;
}

/** Grace period before an interrupted process group is killed. */
const graceMilliseconds = 5_000;

/**
 * Runs a command and collects its output.
 *
 * @throws Error only if it cannot be started or is aborted
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  throwIfAborted(options.signal);
  const { signal, onStderrLine } = options;
  // In its own process group, so that the terminal's Ctrl-C does not reach it, but the signal reaches all descendants.
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
    // SIGINT, because Go removes its temporary files on it, unlike on SIGTERM.
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
    // It has already exited.
  }
}

/** The full path of a command on PATH, or undefined. */
export function findOnPath(command: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  const candidates = path
    .split(delimiter)
    .filter(Boolean)
    .map((directory) => join(directory, command));
  return candidates.find(isExecutable);
}

/** Whether this is an executable file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
