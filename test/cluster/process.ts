import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A process, told apart from a later one that got the same pid by the moment it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (Linux, field 22 of /proc/PID/stat), elsewhere the start date as `ps` prints it. */
  readonly startTime: string;
}

/**
 * Where process ids mean the same: this machine, and on Linux this process namespace of it. A directory may be shared
 * with a container or another machine, and their processes cannot be judged from here.
 */
export function processSpace(): string {
  if (process.platform !== 'linux') return hostname();
  return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
}

/** The process that has this pid now; undefined when there is none, or only its exit code is left (a zombie). */
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
  // The second field is the command in brackets and may itself hold spaces and brackets: count from the last one.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (number) => fields[number - 3];
}

/** A process whose first thread has ended still holds its ports and files until the others have. */
function hasOtherThreads(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).length > 1;
}

function startTimeFromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state?.startsWith('Z') ? undefined : started;
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal to exactly this process; nothing happens when it has ended, even if its pid is in use again. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It ended in between.
  }
}

/** Ends a process: asks, and after `graceMilliseconds` (0: at once) forces. Resolves when it has ended. */
export async function endProcess(identity: ProcessIdentity, graceMilliseconds = 0): Promise<void> {
  if (graceMilliseconds > 0) {
    sendSignal(identity, 'SIGTERM');
    if (await hasEnded(identity, graceMilliseconds)) return;
  }
  sendSignal(identity, 'SIGKILL');
  // A process that waits for a disk cannot be ended before the disk answers.
  if (!(await hasEnded(identity, 30_000))) throw new Error(`process ${identity.pid} does not end`);
}

async function hasEnded(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

/** What is started as a process of its own. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a process that outlives this one, out of reach of the terminal's Ctrl-C, with its output appended to a file.
 *
 * @throws Error when it cannot be started
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

/** Every process of this user whose environment was started with `NAME=value` (Linux; elsewhere none is found). */
export function findByEnvironment(name: string, value: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${name}=${value}`;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).flatMap((pid) => {
    const found = environmentOf(pid).includes(wanted) ? identify(pid) : undefined;
    return found ? [found] : [];
  });
}

/** The environment that a process was started with; empty for one that has ended or belongs to another user. */
function environmentOf(pid: number): string[] {
  try {
    let environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    // While a process replaces its program by exec, its environment reads as empty.
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
 * Where a process has the environment of its program, which differs from program to program; `starting` until exec has
 * set the program up, which the kernel ends with the address of its code.
 *
 * @throws Error for one that has no program: it has ended, or is a thread of the kernel
 */
function programOf(pid: number): string | undefined {
  readlinkSync(`/proc/${pid}/exe`);
  const field = statOf(pid);
  return field(26) === '0' ? 'starting' : field(50);
}
