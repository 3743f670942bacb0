import type { Clock } from './clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that a test advances. Timers fire in the order of their due times. */
export class FakeClock implements Clock {
  private time: number;
  private order = 0;
  private readonly timers = new Set<Timer>();

  constructor(start = new Date('2026-01-01T00:00:00Z')) {
    this.time = start.getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  elapsedMs(): number {
    return this.time;
  }

  setTimer(ms: number, fn: () => void): () => void {
    const timer = { due: this.time + Math.max(0, ms), order: this.order++, fn };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Number of timers that have not fired. */
  get pending(): number {
    return this.timers.size;
  }

  /** Milliseconds until the next timer fires; undefined when there is none. */
  get nextIn(): number | undefined {
    const next = this.next();
    return next && next.due - this.time;
  }

  /** Advances by `ms`, fires due timers, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let timer = this.next(); timer && timer.due <= end; timer = this.next()) {
      this.timers.delete(timer);
      this.time = timer.due;
      timer.fn();
      await settle();
    }
    this.time = end;
  }

  private next(): Timer | undefined {
    return [...this.timers].sort((a, b) => a.due - b.due || a.order - b.order)[0];
  }
}

/** Lets all promises settle that can. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
