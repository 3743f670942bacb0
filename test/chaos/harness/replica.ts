import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startService } from '../../support/service.ts';
import type { ServiceOptions, ServiceProcess } from '../../support/service.ts';

/** Milliseconds until a service that has ended by itself is started again, as a kubelet would. */
const restartMs = 1000;
/** Milliseconds that a service gets to end at the end of the chaos run. */
const graceMs = 30_000;

/** What a replica is started with, and where what it logs is kept. */
export interface ReplicaOptions extends ServiceOptions {
  /** From 0. */
  readonly number: number;
  readonly logFile: string;
  /** Told of everything that a person who watches the chaos run wants to know. */
  readonly log: (line: string) => void;
}

/** One replica of the service: a process that is started again whenever it ends. */
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
  /** Nothing is left behind, not even when the chaos run itself has crashed. */
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

  /** host:port of its execution API; undefined while it is down. A frozen replica has one, and does not answer. */
  get http(): string | undefined {
    return this.#service?.http;
  }

  /** Its process; undefined while it is down. */
  get pid(): number | undefined {
    return this.#service?.pid;
  }

  /** What it has logged last since it was started, at most so many lines; nothing while it is down. */
  lastLog(lines: number): readonly string[] {
    return this.#service?.log.slice(-lines) ?? [];
  }

  /** Whether it has said that it leads. */
  get isLeading(): boolean {
    return this.#service?.log.some((line) => line.includes('"msg":"leading"')) ?? false;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  /** How often it has ended without having been killed. */
  get unplannedExits(): number {
    return this.#unplannedExits;
  }

  /** Resolves with its process as soon as it is ready. */
  up(): Promise<ServiceProcess> {
    if (this.#service !== undefined) return Promise.resolve(this.#service);
    return new Promise((resolve) => this.#ups.add(resolve));
  }

  /** Ends it by SIGKILL once it is ready, and starts it again `downMs` milliseconds later. */
  async kill(downMs: number): Promise<void> {
    const service = await this.up();
    this.#killed = true;
    this.#downMs = downMs;
    await service.stop('SIGKILL');
  }

  /** Stops it (SIGSTOP) for some time: its connections stay open and it does not know that time passes. */
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

  /** Ends it for good, in order. */
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
    this.#options.log(`replica ${this.#options.number} ended by itself and is started again: ${how.slice(0, 300)}`);
  }

  #keepLog(lines: readonly string[]): void {
    appendFileSync(this.#options.logFile, `${lines.join('\n')}\n---\n`);
  }
}
