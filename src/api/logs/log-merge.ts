import type { Clock } from '../../kubernetes/clock.ts';
import { StreamSignal } from '../call/stream-signal.ts';
import type { LogLine } from './log-line.ts';

/** How long a log that may block is waited for, and how long a line waits for older lines of such logs, in milliseconds. */
const graceMs = 200;

/** A line with the time of its arrival, in milliseconds of {@link Clock.elapsedMs}. */
export type ReceivedLine = LogLine & { readonly receivedMs: number };

/** A log to be merged with others. */
export interface LogSource {
  /** No line of it is older than this. */
  readonly notBefore: string;
  /** Whether the next line may take any time. */
  readonly mayBlock: boolean;
  /** Opens it. The generator ends, or throws, when the reader of the merge is gone. */
  lines(): AsyncGenerator<ReceivedLine, void, undefined>;
}

/** A log and how far it is read. */
export interface MergedLog {
  readonly log: Pick<LogSource, 'notBefore' | 'mayBlock'>;
  readonly state:
    | { readonly type: 'unopened' }
    | { readonly type: 'pending'; readonly sinceMs: number }
    /** `order` is the time of the line, or of an earlier one if the clock of the node was set back. */
    | { readonly type: 'ready'; readonly line: ReceivedLine; readonly order: string };
}

interface OpenLog extends MergedLog {
  readonly log: LogSource;
  state: MergedLog['state'];
  lines?: ReturnType<LogSource['lines']>;
}

/**
 * What to do next: open a log, send its line, or wait until something changes, for at most `ms` milliseconds.
 */
export type NextStep<T> =
  { readonly do: 'open' | 'send'; readonly log: T } | { readonly do: 'wait'; readonly ms?: number };

/**
 * Merges logs by time. It opens a log when its first line may be due and holds one line of each open log, so memory does
 * not grow with the size of the logs.
 */
export class LogMerge {
  private readonly logs: OpenLog[] = [];
  private readonly signal: StreamSignal;
  private failure?: { readonly error: unknown };
  private isComplete = false;

  /** @param sources the logs, as they appear */
  constructor(
    private readonly sources: AsyncIterable<readonly LogSource[]>,
    private readonly clock: Clock,
    private readonly aborted: AbortSignal,
  ) {
    this.signal = new StreamSignal(clock, aborted);
  }

  /**
   * The merged lines, with keep-alives while no line arrives, until all logs have ended or the signal aborts.
   *
   * @throws the error of the first log, or of the sources
   */
  async *lines(): AsyncGenerator<LogLine | 'keepAlive', void, undefined> {
    using signal = this.signal;
    void this.addSources();
    while (!this.aborted.aborted) {
      if (this.failure !== undefined) throw this.failure.error;
      const now = { wallMs: this.clock.now().getTime(), elapsedMs: this.clock.elapsedMs() };
      const step = nextStep(this.logs, now);
      if (step.do !== 'wait') {
        const { state } = step.log;
        this.requestLine(step.log);
        if (state.type === 'ready') yield this.sent(state.line);
      } else if (this.isComplete && this.logs.length === 0) return;
      else if (signal.isKeepAliveDue) yield this.sent('keepAlive');
      else await signal.wait(step.ms);
    }
  }

  private async addSources(): Promise<void> {
    try {
      for await (const logs of this.sources) {
        this.logs.push(...logs.map((log): OpenLog => ({ log, state: { type: 'unopened' } })));
        this.signal.notify();
      }
      this.isComplete = true;
      this.signal.notify();
    } catch (error) {
      this.fail(error);
    }
  }

  private requestLine(open: OpenLog): void {
    const last = open.state.type === 'ready' ? open.state.order : '';
    open.state = { type: 'pending', sinceMs: this.clock.elapsedMs() };
    open.lines ??= open.log.lines();
    open.lines.next().then(
      ({ done, value }) => {
        if (done === true) this.logs.splice(this.logs.indexOf(open), 1);
        else open.state = { type: 'ready', line: value, order: value.time > last ? value.time : last };
        this.signal.notify();
      },
      (error: unknown) => this.fail(error),
    );
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.signal.notify();
  }

  private sent<T>(item: T): T {
    this.signal.sent();
    return item;
  }
}

/**
 * Decides the next step of a merge. A log that may have an older line is waited for, unless it is blocked. While one is
 * blocked, a line is held until older lines of that one have had the time to arrive.
 *
 * @param now the time of day, which is the clock of the lines, and {@link Clock.elapsedMs}
 */
export function nextStep<T extends MergedLog>(
  logs: readonly T[],
  now: { readonly wallMs: number; readonly elapsedMs: number },
): NextStep<T> {
  const ready = earliest(logs, ({ state }) => (state.type === 'ready' ? state.order : undefined));
  const unopened = earliest(logs, ({ log, state }) => (state.type === 'unopened' ? log.notBefore : undefined));
  const isBlocked = ({ log, state }: MergedLog) =>
    state.type === 'pending' && log.mayBlock && now.elapsedMs - state.sinceMs >= graceMs;
  const isPending = logs.some((log) => log.state.type === 'pending' && !isBlocked(log));

  if (unopened !== undefined && (ready === undefined ? !isPending : unopened.order <= ready.order)) {
    return { do: 'open', log: unopened.log };
  }
  // A pending log may become blocked while it is waited for.
  if (isPending) return { do: 'wait', ms: (ready ?? unopened) ? graceMs : undefined };
  if (ready === undefined) return { do: 'wait' };
  const heldMs = logs.some(isBlocked) ? graceMs - ageOf(ready.log, now) : 0;
  return heldMs > 0 ? { do: 'wait', ms: heldMs } : { do: 'send', log: ready.log };
}

/** Time since the line was written, or since it arrived if that is longer: the clock of its node may be ahead. */
function ageOf({ state }: MergedLog, now: { readonly wallMs: number; readonly elapsedMs: number }): number {
  if (state.type !== 'ready') return Infinity;
  return Math.max(now.wallMs - Date.parse(state.line.time), now.elapsedMs - state.line.receivedMs);
}

function earliest<T>(
  logs: readonly T[],
  orderOf: (log: T) => string | undefined,
): { readonly log: T; readonly order: string } | undefined {
  let first: { log: T; order: string } | undefined;
  for (const log of logs) {
    const order = orderOf(log);
    if (order !== undefined && (first === undefined || order < first.order)) first = { log, order };
  }
  return first;
}
