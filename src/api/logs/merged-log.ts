import type { Clock } from '../../kubernetes/clock.ts';
import { Signal } from '../../kubernetes/async.ts';
import type { LogLine } from './log-line.ts';
import { nextLine, type Next, type Standing } from './next-line.ts';
import type { ArrivedLine } from './pod-log.ts';
import { idle, idleAfterMs } from './step-log.ts';

/** A log that is told together with others. */
export interface LogSource {
  /** None of its lines is older than this. */
  readonly notBefore: string;
  /** Begins to read it. The generator ends, or throws, when the merged log is given up. */
  read(): AsyncGenerator<ArrivedLine | typeof idle, void, undefined>;
}

/**
 * Several logs as one, ordered by time. It holds one line of each that is open, and opens each when its time has come:
 * what is kept does not grow with how much there is to read.
 */
export class MergedLog {
  private readonly logs: { source: LogSource; standing: Standing; lines?: ReturnType<LogSource['read']> }[] = [];
  private readonly bell = new Signal();
  private failure?: { readonly error: unknown };
  /** After how many milliseconds a line is old enough to be told, when one waits for that. */
  private waiting?: number;

  constructor(private readonly clock: Clock) {}

  /** Takes a log in, also while the others are being told. */
  add(source: LogSource): void {
    this.logs.push({ source, standing: { state: 'unopened', notBefore: source.notBefore } });
    this.bell.notify();
  }

  /** Gives up: telling lines throws this. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.bell.notify();
  }

  /** Looks anew whether there is something to do. */
  ring(): void {
    this.bell.notify();
  }

  /**
   * The lines as they are asked for; {@link idle} when there are none just now.
   *
   * @param stage whether all logs are there of which something may be known by now, and whether no more will come
   * @throws what the first log that failed threw
   */
  async *lines(
    stage: () => 'begun' | 'open' | 'complete',
    signal: AbortSignal,
  ): AsyncGenerator<LogLine | typeof idle, void, undefined> {
    const ring = () => this.bell.notify();
    signal.addEventListener('abort', ring, { once: true });
    try {
      while (!signal.aborted) {
        const line = this.take();
        if (line !== undefined) yield line;
        else if (this.logs.length === 0 && stage() === 'complete') return;
        else if (stage() === 'open' && this.isIdle()) yield idle;
        if (line === undefined) await this.wait();
        if (this.failure !== undefined) throw this.failure.error;
      }
    } finally {
      signal.removeEventListener('abort', ring);
    }
  }

  /** The line that comes next, if there is one; and begins with the logs whose time has come. */
  private take(): LogLine | undefined {
    for (;;) {
      const next = this.next();
      if (next.do === 'wait') {
        this.waiting = next.ms;
        return undefined;
      }
      const log = this.logs[next.index];
      if (log === undefined) return undefined;
      const { standing } = log;
      this.ask(log, standing.state === 'ready' ? standing.order : '');
      if (standing.state === 'ready') return standing.line;
    }
  }

  private next(): Next {
    const now = { wallMs: this.clock.now().getTime(), elapsedMs: this.clock.elapsedMs() };
    return nextLine(
      this.logs.map(({ standing }) => standing),
      now,
      idleAfterMs,
    );
  }

  /** Asks a log for its next line. `order` is that of the line before. */
  private ask(log: (typeof this.logs)[number], order: string): void {
    log.standing = { state: 'asked' };
    log.lines ??= log.source.read();
    log.lines.next().then(
      ({ done, value }) => {
        if (done === true) this.logs.splice(this.logs.indexOf(log), 1);
        else if (value === idle) {
          this.ask(log, order);
          log.standing = { state: 'idle' };
        } else log.standing = { state: 'ready', line: value, order: value.time > order ? value.time : order };
        this.bell.notify();
      },
      (error: unknown) => this.fail(error),
    );
  }

  private isIdle(): boolean {
    return this.logs.every(({ standing }) => standing.state === 'idle');
  }

  private async wait(): Promise<void> {
    const { waiting } = this;
    const cancel = waiting === undefined ? undefined : this.clock.setTimer(waiting, () => this.bell.notify());
    await this.bell.wait();
    cancel?.();
  }
}
