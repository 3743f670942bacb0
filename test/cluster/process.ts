import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A process, identified by pid and start time, since pids are reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /**
   * Start time: clock ticks since boot on Linux (field 22 of /proc/PID/stat), elsewhere the start date as `ps` prints it.
   */
  readonly startTime: string;
}

/**
 * The scope of process ids: this machine and, on Linux, its pid namespace. A directory may be shared with a container or
 * another machine, whose processes are not visible here.
 */
export function processSpace(): string {
  if (process.platform !== 'linux') return hostname();
  return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
}

/** The process with this pid; undefined if there is none or it is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

function startTimeFromProc(pid: number): string | undefined {
  try {
    const field = statOf(pid);
    const state = field(3);
    const hasEnded = state === 'X' || (state === 'Z' && !hasOtherThreads(pid));
    return hasEnded ? undefined : field(22);
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat by their number, from 3 on (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
function statOf(pid: number): (number: number) => string | undefined {
  // The second field is the command in parentheses and may contain spaces and parentheses, so fields are counted from the last
  // one.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (number) => fields[number - 3];
}

/** A process whose main thread has exited keeps its ports and files until its other threads have. */
function hasOtherThreads(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).length > 1;
}

function startTimeFromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state?.startsWith('Z') ? undefined : started;
}

/** Whether this very process is still running. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal to this very process; a no-op if it has exited, even if its pid is reused. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It exited in between.
  }
}

/** Stops a process: SIGTERM, then SIGKILL after `graceMilliseconds` (0: SIGKILL only). Resolves when it has exited. */
export async function endProcess(identity: ProcessIdentity, graceMilliseconds = 0): Promise<void> {
  if (graceMilliseconds > 0) {
    sendSignal(identity, 'SIGTERM');
    if (await hasEnded(identity, graceMilliseconds)) return;
  }
  sendSignal(identity, 'SIGKILL');
  // A process in uninterruptible disk sleep cannot be killed.
  if (!(await hasEnded(identity, 30_000))) throw new Error(`process ${identity.pid} does not exit`);
}

async function hasEnded(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

/** A command to start as a detached process. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a detached process that survives this one and is not interrupted by the terminal's Ctrl-C, with its output appended
 * to a file.
 *
 * @throws Error if it cannot be started
 */
export async function startDetached(what: Command, env: NodeJS.ProcessEnv, logFile: string): Promise<ProcessIdentity> {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(what.command, what.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...env, ...what.env },
      cwd: '/',
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    return identify(pid) ?? { pid, startTime: 'ended at once' };
  } finally {
    closeSync(log);
  }
}

/** All processes of this user started with `NAME=value` in their environment (Linux only; elsewhere none). */
export function findByEnvironment(name: string, value: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${name}=${value}`;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).flatMap((pid) => {
    const found = environmentOf(pid).includes(wanted) ? identify(pid) : undefined;
    return found ? [found] : [];
  });
}

/** The initial environment of a process; empty if it has exited or belongs to another user. */
function environmentOf(pid: number): string[] {
  try {
    let environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    // During exec a process's environment reads as empty.
    while (environment === '') {
      const before = programOf(pid);
      environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const after = programOf(pid);
      if (before === after && after !== 'starting') break;
    }
    return environment.split('\0');
  } catch {
    return [];
  }
}

/**
 * Address of a process's environment, which changes with exec; `starting` until exec has finished, which the kernel marks by
 * the address of the code.
 *
 * @throws Error if it has exited or is a kernel thread
 */
function programOf(pid: number): string | undefined {
  readlinkSync(`/proc/${pid}/exe`);
  const field = statOf(pid);
  return field(26) === '0' ? 'starting' : field(50);
}
