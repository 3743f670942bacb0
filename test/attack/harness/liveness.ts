import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { scrape } from '../../support/scrape.ts';
import { waitedForCpuMs, type AttackedProcess } from './processes.ts';

/** Milliseconds between two probes, and that an answer may take, as in deploy/base. */
const probe = { everyMs: 100, timeoutMs: 5_000 };

/** What probes of one process came to. */
export interface LivenessFigures {
  /** The slowest answer, in milliseconds; that of a probe without one is its timeout. */
  readonly worstMs: number;
  /** The same without the time that the process, or the one that probes, waited for a processor. */
  readonly worstOwnMs: number;
  /** Probes that were not answered with 200. */
  readonly failed: number;
  /** The longest delay of the event loop, in milliseconds, as the service's own metric has it. */
  readonly loopLagMs: number;
}

/** Probes `/livez` of a process as a kubelet does, with a new connection each time. */
export class Liveness {
  readonly #process: AttackedProcess;
  readonly #worst = { worstMs: 0, worstOwnMs: 0, failed: 0 };
  readonly #over = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(attacked: AttackedProcess) {
    this.#process = attacked;
    this.#running = this.#run();
  }

  /** Ends the probes. */
  async stop(): Promise<LivenessFigures> {
    this.#over.abort();
    await this.#running;
    return { ...this.#worst, loopLagMs: await loopLagMs(this.#process) };
  }

  async #run(): Promise<void> {
    await loopLagMs(this.#process);
    while (!this.#over.signal.aborted) {
      await this.#probe();
      await delay(probe.everyMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
  }

  async #probe(): Promise<void> {
    const { service } = this.#process;
    const pids = [service.pid, process.pid];
    const waitedBefore = pids.map(waitedForCpuMs);
    const begun = performance.now();
    const isAnswered = await isLive(service.health);
    const ms = isAnswered ? performance.now() - begun : probe.timeoutMs;
    const worst = this.#worst;
    worst.worstMs = Math.max(worst.worstMs, ms);
    // Both may have waited at the same time.
    const waitedMs = Math.max(...pids.map((pid, at) => waitedForCpuMs(pid) - (waitedBefore[at] ?? 0)));
    worst.worstOwnMs = Math.max(worst.worstOwnMs, ms - waitedMs);
    worst.failed += isAnswered ? 0 : 1;
  }
}

function isLive(health: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { agent: false, timeout: probe.timeoutMs, headers: { connection: 'close' } } as const;
    const request = get(`http://${health}/livez`, options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
      response.on('error', () => resolve(false));
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });
}

/** In milliseconds, since it was last read: the metric forgets it then. NaN when there is no answer. */
async function loopLagMs({ service }: AttackedProcess): Promise<number> {
  try {
    return (await scrape(service.metrics)).sum('nodejs_eventloop_lag_max_seconds') * 1_000;
  } catch {
    return NaN;
  }
}
