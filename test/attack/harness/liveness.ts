import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { scrape } from '../../support/scrape.ts';
import { waitedForCpuMs, type AttackedProcess } from './processes.ts';

/** Milliseconds: probe interval; timeout as in deploy/base, not counting waits for a CPU; and timeout counting them. */
const probe = { everyMs: 100, timeoutMs: 5_000, giveUpMs: 60_000 };

/** Probe results of one process. */
export interface LivenessFigures {
  /** Slowest response in milliseconds, or the time until a probe was given up. */
  readonly worstMs: number;
  /** The same without the time that the process or the prober waited for a CPU. */
  readonly worstOwnMs: number;
  /** Probes without a 200 response. */
  readonly failed: number;
  /**
   * Longest delay of the event loop in milliseconds by the service's own metric. It includes garbage collections and waits for a
   * CPU. A lower bound, because each scrape resets it.
   */
  readonly loopLagMs: number;
}

/** Probes `/livez` as a kubelet does, over a new connection each time. */
export class Liveness {
  readonly #process: AttackedProcess;
  readonly #worst = { worstMs: 0, worstOwnMs: 0, failed: 0 };
  readonly #over = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(attacked: AttackedProcess) {
    this.#process = attacked;
    this.#running = this.#run();
  }

  /** Stops probing. */
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
    const tookMs = () => performance.now() - begun;
    // Both may have waited simultaneously.
    const ownMs = () => tookMs() - Math.max(...pids.map((pid, at) => waitedForCpuMs(pid) - (waitedBefore[at] ?? 0)));
    const isAnswered = await isLive(service.health, () => ownMs() > probe.timeoutMs || tookMs() > probe.giveUpMs);
    const worst = this.#worst;
    worst.worstMs = Math.max(worst.worstMs, tookMs());
    worst.worstOwnMs = Math.max(worst.worstOwnMs, ownMs());
    worst.failed += isAnswered ? 0 : 1;
  }
}

/** @param isOver whether the timeout has passed */
function isLive(health: string, isOver: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { agent: false, headers: { connection: 'close' } } as const;
    const request = get(`http://${health}/livez`, options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
      response.on('error', () => resolve(false));
    });
    const timer = setInterval(() => isOver() && request.destroy(), probe.everyMs);
    request.on('error', () => resolve(false)).on('close', () => clearInterval(timer));
  });
}

/** In milliseconds since the last scrape, which resets it; NaN without an answer. */
async function loopLagMs({ service }: AttackedProcess): Promise<number> {
  try {
    return (await scrape(service.metrics)).sum('nodejs_eventloop_lag_max_seconds') * 1_000;
  } catch {
    return NaN;
  }
}
