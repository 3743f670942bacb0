import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { scrape } from '../../support/scrape.ts';
import { waitedForCpuMs, type AttackedProcess } from './processes.ts';

/**
 * Milliseconds between two probes; that an answer may take, as in deploy/base, without the waits for a processor; and with
 * them, however busy the machine is.
 */
const probe = { everyMs: 100, timeoutMs: 5_000, giveUpMs: 60_000 };

/** What probes of one process came to. */
export interface LivenessFigures {
  /** The slowest answer, in milliseconds; that of a probe without one is when it was given up. */
  readonly worstMs: number;
  /** The same without the time that the process, or the one that probes, waited for a processor. */
  readonly worstOwnMs: number;
  /** Probes that were not answered with 200. */
  readonly failed: number;
  /**
   * The longest delay of the event loop, in milliseconds, as the service's own metric has it: at least so long, because everybody
   * who reads the metric begins it anew.
   */
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
    const tookMs = () => performance.now() - begun;
    // Both may have waited at the same time.
    const ownMs = () => tookMs() - Math.max(...pids.map((pid, at) => waitedForCpuMs(pid) - (waitedBefore[at] ?? 0)));
    const isAnswered = await isLive(service.health, () => ownMs() > probe.timeoutMs || tookMs() > probe.giveUpMs);
    const worst = this.#worst;
    worst.worstMs = Math.max(worst.worstMs, tookMs());
    worst.worstOwnMs = Math.max(worst.worstOwnMs, ownMs());
    worst.failed += isAnswered ? 0 : 1;
  }
}

/** @param isOver whether the time for an answer is over */
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

/** In milliseconds, since it was last read: the metric forgets it then. NaN when there is no answer. */
async function loopLagMs({ service }: AttackedProcess): Promise<number> {
  try {
    return (await scrape(service.metrics)).sum('nodejs_eventloop_lag_max_seconds') * 1_000;
  } catch {
    return NaN;
  }
}
