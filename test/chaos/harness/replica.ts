import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startService } from '../../support/service.ts';
import type { ServiceOptions, ServiceProcess } from '../../support/service.ts';

/** Restart delay of a service that has exited, as by a kubelet. */
const restartMs = 1000;
/** Grace period at the end of the chaos run. */
const graceMs = 30_000;

/** Options of a replica, and its log file. */
export interface ReplicaOptions extends ServiceOptions {
  /** From 0. */
  readonly number: number;
  readonly logFile: string;
  /** Called with lines for the terminal. */
  readonly log: (line: string) => void;
}

/** One replica of the service: a process that is restarted whenever it exits. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #stop = new AbortController();
  readonly #ups = new Set<(service: ServiceProcess) => void>();
  readonly #end: Promise<void>;
  #service: ServiceProcess | undefined;
  #frozen = false;
  #killed = false;
  #downMs = restartMs;
  #unplannedExits = 0;
  /** Kills the process even if the chaos run itself crashes. */
  readonly #onExit = (): void => {
    if (this.#service !== undefined) process.kill(this.#service.pid, 'SIGKILL');
  };

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#end = this.#keepRunning();
    // It is awaited in stop.
    this.#end.catch(() => undefined);
    process.once('exit', this.#onExit);
  }

  /** host:port of its execution API; undefined while it is down. A frozen replica has one but does not answer. */
  get http(): string | undefined {
    return this.#service?.http;
  }

  /** Its process; undefined while it is down. */
  get pid(): number | undefined {
    return this.#service?.pid;
  }

  /** Its last log lines since the start, at most this many; empty while it is down. */
  lastLog(lines: number): readonly string[] {
    return this.#service?.log.slice(-lines) ?? [];
  }

  /** Whether it has logged that it leads. */
  get isLeading(): boolean {
    return this.#service?.log.some((line) => line.includes('"msg":"leading"')) ?? false;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  /** Number of exits without being killed. */
  get unplannedExits(): number {
    return this.#unplannedExits;
  }

  /** Resolves with its process once it is ready. */
  up(): Promise<ServiceProcess> {
    if (this.#service !== undefined) return Promise.resolve(this.#service);
    return new Promise((resolve) => this.#ups.add(resolve));
  }

  /** Kills it once it is ready, and restarts it after `downMs`. */
  async kill(downMs: number): Promise<void> {
    const service = await this.up();
    this.#killed = true;
    this.#downMs = downMs;
    await service.stop('SIGKILL');
  }

  /** Freezes it by SIGSTOP: its connections stay open. */
  async freeze(forMs: number, signal: AbortSignal): Promise<void> {
    const { pid } = await this.up();
    process.kill(pid, 'SIGSTOP');
    this.#frozen = true;
    try {
      await delay(forMs, undefined, { signal });
    } finally {
      this.#frozen = false;
      process.kill(pid, 'SIGCONT');
    }
  }

  /** Stops it gracefully and for good. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const service = this.#service;
    const timer = setTimeout(() => void service?.stop('SIGKILL'), graceMs);
    await service?.stop();
    await this.#end;
    clearTimeout(timer);
    process.off('exit', this.#onExit);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#runOnce();
      await delay(this.#downMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #runOnce(): Promise<void> {
    [this.#killed, this.#downMs] = [false, restartMs];
    const service = await startService(this.#options).catch((error: unknown) => this.#tellUnplanned(String(error)));
    if (service === undefined) return;
    if (this.#stop.signal.aborted) await service.stop();
    this.#service = service;
    this.#ups.forEach((resolve) => resolve(service));
    this.#ups.clear();
    const { code, signal } = await service.exited;
    this.#service = undefined;
    this.#keepLog(service.log);
    const isPlanned = this.#killed || this.#stop.signal.aborted;
    if (!isPlanned) this.#tellUnplanned(`${signal ?? `exit code ${code}`}: ${service.log.at(-1) ?? ''}`);
  }

  #tellUnplanned(how: string): undefined {
    this.#unplannedExits += 1;
    this.#keepLog([how]);
    this.#options.log(`replica ${this.#options.number} exited by itself and is restarted: ${how.slice(0, 300)}`);
  }

  #keepLog(lines: readonly string[]): void {
    appendFileSync(this.#options.logFile, `${lines.join('\n')}\n---\n`);
  }
}
