import { setTimeout as delay } from 'node:timers/promises';
import { toSeconds } from '../client/call-summary.ts';

/** Probe interval, and timeout as in deploy/base, in milliseconds. */
const probe = { everyMs: 200, timeoutMs: 5_000 };

/** Results of frequent readiness probes. */
export interface ProbeFigures {
  /** Seconds for which each replica was not ready, by name; those that always were are omitted. */
  readonly notReady: Readonly<Record<string, number>>;
  /** Longest time without any ready replica in seconds. */
  readonly noneReady: number;
}

/** Probes the readiness of replicas. */
export class Probes {
  readonly #ready = new Map<string, boolean>();
  readonly #notReadyMs = new Map<string, number>();
  readonly #stop = new AbortController();
  #noneSinceMs: number | undefined;
  #longestNoneMs = 0;

  /** Starts probing a ready replica. */
  add(name: string, health: string): void {
    this.#ready.set(name, true);
    void this.#ask(name, health);
  }

  /** Stops probing a replica that is being stopped. */
  remove(name: string): void {
    this.#ready.delete(name);
  }

  /** Stops all probes. */
  stop(): void {
    this.#stop.abort();
  }

  /** Whether all replicas were ready at their last probe. */
  get allReady(): boolean {
    return [...this.#ready.values()].every(Boolean);
  }

  figures(): ProbeFigures {
    const notReady = [...this.#notReadyMs].map(([name, ms]) => [name, toSeconds(ms)] as const);
    return { notReady: Object.fromEntries(notReady), noneReady: toSeconds(this.#longestNoneMs) };
  }

  async #ask(name: string, health: string): Promise<void> {
    for (let last = performance.now(); !this.#stop.signal.aborted;) {
      const ready = await isReady(health);
      if (!this.#ready.has(name)) return;
      const now = performance.now();
      this.#told(name, ready, now, now - last);
      last = now;
      await delay(probe.everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  #told(name: string, ready: boolean, now: number, sinceLastMs: number): void {
    this.#ready.set(name, ready);
    if (!ready) this.#notReadyMs.set(name, (this.#notReadyMs.get(name) ?? 0) + sinceLastMs);
    if ([...this.#ready.values()].some(Boolean)) this.#noneSinceMs = undefined;
    else this.#longestNoneMs = Math.max(this.#longestNoneMs, now - (this.#noneSinceMs ??= now));
  }
}

async function isReady(health: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://${health}/readyz`, { signal: AbortSignal.timeout(probe.timeoutMs) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
