import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError, throwIfAborted } from './errors.ts';
import { readyFile, sandboxPidFile } from './node-services.ts';
import { endProcess, isAlive, sendSignal, startDetached } from './process.ts';
import { writeRecord, type ClusterRecord } from './record.ts';
import { commandOf, serviceEnvironment, type ServiceName } from './services.ts';

/** A cluster process exited or did not become ready in time. */
export class ServiceFailed extends ClusterError {
  readonly service: ServiceName;
  /** Another process took a port between its choice and its use; a retry with other ports will work. */
  readonly portTaken: boolean;

  constructor(service: ServiceName, what: string, log: string) {
    super(`${service} ${what}. The end of its log:\n${log.split('\n').slice(-8).join('\n')}`);
    this.service = service;
    this.portTaken = saysPortTaken(log);
  }
}

function saysPortTaken(log: string): boolean {
  return /address already in use/i.test(log);
}

/** Timeout of a probe. */
const answerMilliseconds = 3_000;
/** Readiness timeout. Two busy cores need a tenth of it. */
const readyDeadlineMilliseconds = 120_000;
/** Grace period before SIGKILL. */
const graceMilliseconds = 2_000;

/** Starts and stops the processes of one cluster and updates its record. */
export class Supervisor {
  #record: ClusterRecord;
  /** Byte offset of the current start in a process's log. */
  readonly #logStarts = new Map<ServiceName, number>();

  constructor(record: ClusterRecord) {
    this.#record = record;
  }

  get record(): ClusterRecord {
    return this.#record;
  }

  /** Updates the record, also on disk. */
  update(change: Partial<ClusterRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeRecord(this.#record);
  }

  /** Starts a process without waiting for readiness. A no-op if it runs. */
  async start(name: ServiceName): Promise<void> {
    if (this.isRunning(name)) return;
    mkdirSync(join(this.#record.directory, 'log'), { recursive: true });
    const oldReadyFile = readyFile(this.#record, name);
    if (oldReadyFile) rmSync(oldReadyFile, { force: true });
    this.#logStarts.set(name, this.#readLog(name).length);
    const command = commandOf(this.#record, name, this.#sandboxPid());
    const identity = await startDetached(command, serviceEnvironment(this.#record), this.logFile(name));
    this.update({ processes: { ...this.#record.processes, [name]: identity } });
  }

  /** Stops a process: by SIGKILL, or gracefully. It stays in the record. */
  async end(name: ServiceName, how: 'kill' | 'ask' = 'kill'): Promise<void> {
    const identity = this.#record.processes[name];
    if (identity) await endProcess(identity, how === 'ask' ? graceMilliseconds : 0);
  }

  /** Sends a signal to a process, such as SIGSTOP. */
  signal(name: ServiceName, signal: NodeJS.Signals): void {
    const identity = this.#record.processes[name];
    if (identity) sendSignal(identity, signal);
  }

  isRunning(name: ServiceName): boolean {
    const identity = this.#record.processes[name];
    return identity !== undefined && isAlive(identity);
  }

  logFile(name: ServiceName): string {
    return join(this.#record.directory, 'log', `${name}.log`);
  }

  /**
   * Polls until ready.
   *
   * @param isReady the probe; repeated if it does not answer within 3 s
   * @throws ServiceFailed if the process exits, its port is taken, or after two minutes
   * @throws ClusterAborted
   */
  async waitUntil(name: ServiceName, isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + readyDeadlineMilliseconds;
    for (;;) {
      throwIfAborted(signal);
      // Before the probe: a process that exits in between still gets a chance to answer.
      const running = this.isRunning(name);
      if (await Promise.race([isReady(), delay(answerMilliseconds, false, { ref: false })])) return;
      const log = this.#log(name);
      if (!running) throw new ServiceFailed(name, 'has ended', log);
      // Some processes do not exit then and never become ready.
      if (saysPortTaken(log)) throw new ServiceFailed(name, 'found its port taken', log);
      if (performance.now() > deadline) throw new ServiceFailed(name, 'is not ready after two minutes', log);
      await delay(50);
    }
  }

  #log(name: ServiceName): string {
    return this.#readLog(name).subarray(this.#logStarts.get(name)).toString().trim();
  }

  #readLog(name: ServiceName): Buffer {
    try {
      return readFileSync(this.logFile(name));
    } catch {
      return Buffer.alloc(0);
    }
  }

  #sandboxPid(): number | undefined {
    try {
      return Number(readFileSync(sandboxPidFile(this.#record), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
