import type { Clock } from '../../kubernetes/clock.ts';
import { StreamSignal } from '../call/stream-signal.ts';
import type { LogLine } from './log-line.ts';

/** How long a source that may block is waited for, and how long a line waits for older ones of such sources, in milliseconds. */
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

/** A source as the merge sees it. */
export type SourceState =
  | { readonly state: 'unopened'; readonly notBefore: string }
  /** Its next line is requested, and is waited for or not. */
  | { readonly state: 'pending' | 'blocked' }
  /** `order` is the time of the line, or of an earlier one if the clock of the node was set back. */
  | { readonly state: 'ready'; readonly line: ReceivedLine; readonly order: string };

/** What to do next: open a source, send its line, or wait until something changes, for at most `ms` milliseconds. */
export type NextStep =
  { readonly do: 'open' | 'send'; readonly index: number } | { readonly do: 'wait'; readonly ms?: number };

interface Source {
  readonly log: LogSource;
  state:
    Exclude<SourceState, { state: 'pending' | 'blocked' }> | { readonly state: 'pending'; readonly sinceMs: number };
  lines?: ReturnType<LogSource['lines']>;
}

/**
 * Merges logs by time. It opens a source when its first line may be due and holds one line of each open source, so memory
 * does not grow with the size of the logs.
 */
export class LogMerge {
  private readonly sources: Source[] = [];
  private readonly signal: StreamSignal;
  private failure?: { readonly error: unknown };
  private isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly aborted: AbortSignal,
  ) {
    this.signal = new StreamSignal(clock, aborted);
  }

  /** Adds a source, also while the others are read. */
  add(log: LogSource): void {
    this.sources.push({ log, state: { state: 'unopened', notBefore: log.notBefore } });
    this.signal.notify();
  }

  /** Declares that no source will be added any more. */
  close(): void {
    this.isClosed = true;
    this.signal.notify();
  }

  /** Makes {@link lines} throw an error. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.signal.notify();
  }

  /**
   * The merged lines until all sources have ended or the reader is gone, and keep-alives while there is none.
   *
   * @throws the error of the first source that failed
   */
  async *lines(): AsyncGenerator<LogLine | 'keepAlive', void, undefined> {
    using signal = this.signal;
    while (!this.aborted.aborted) {
      if (this.failure !== undefined) throw this.failure.error;
      const step = this.next();
      if (step.do === 'wait') {
        if (this.isClosed && this.sources.length === 0) return;
        if (!signal.isKeepAliveDue) await signal.wait(step.ms);
        else yield this.sent('keepAlive');
      } else {
        const line = this.take(step.index);
        if (line !== undefined) yield this.sent(line);
      }
    }
  }

  private next(): NextStep {
    const now = { wallMs: this.clock.now().getTime(), elapsedMs: this.clock.elapsedMs() };
    const states = this.sources.map(({ log, state }): SourceState => {
      if (state.state !== 'pending') return state;
      return { state: log.mayBlock && now.elapsedMs - state.sinceMs >= graceMs ? 'blocked' : 'pending' };
    });
    return nextStep(states, now);
  }

  /** Requests the next line of a source; returns its current one, if it was open already. */
  private take(index: number): LogLine | undefined {
    const source = this.sources[index];
    if (source === undefined || source.state.state === 'pending') return undefined;
    const { state } = source;
    const order = state.state === 'ready' ? state.order : '';
    source.lines ??= source.log.lines();
    source.state = { state: 'pending', sinceMs: this.clock.elapsedMs() };
    source.lines.next().then(
      ({ done, value }) => {
        if (done === true) this.sources.splice(this.sources.indexOf(source), 1);
        else source.state = { state: 'ready', line: value, order: value.time > order ? value.time : order };
        this.signal.notify();
      },
      (error: unknown) => this.fail(error),
    );
    return state.state === 'ready' ? state.line : undefined;
  }

  private sent<T>(item: T): T {
    this.signal.sent();
    return item;
  }
}

/**
 * Decides the next step of a merge. A source that may have an older line is waited for. While another one is blocked, a
 * line is held until older lines of that one have had the time to arrive.
 *
 * @param now the time of day, which is the clock of the lines, and {@link Clock.elapsedMs}
 */
export function nextStep(
  sources: readonly SourceState[],
  now: { readonly wallMs: number; readonly elapsedMs: number },
): NextStep {
  const ready = earliest(sources, (source) => (source.state === 'ready' ? source.order : undefined));
  const unopened = earliest(sources, (source) => (source.state === 'unopened' ? source.notBefore : undefined));
  const isPending = sources.some(({ state }) => state === 'pending');
  if (unopened !== undefined && (ready === undefined ? !isPending : unopened.order <= ready.order)) {
    return { do: 'open', index: unopened.index };
  }
  // A pending source may become blocked while it is waited for.
  if (isPending) return { do: 'wait', ms: (ready ?? unopened) ? graceMs : undefined };
  if (ready === undefined) return { do: 'wait' };
  const isAnyBlocked = sources.some(({ state }) => state === 'blocked');
  const heldMs = isAnyBlocked ? graceMs - ageOf(sources[ready.index], now) : 0;
  return heldMs > 0 ? { do: 'wait', ms: heldMs } : { do: 'send', index: ready.index };
}

/** Time since the line was written, or since it arrived if that is longer: the clock of its node may be ahead. */
function ageOf(source: SourceState | undefined, now: { readonly wallMs: number; readonly elapsedMs: number }): number {
  if (source?.state !== 'ready') return Infinity;
  return Math.max(now.wallMs - Date.parse(source.line.time), now.elapsedMs - source.line.receivedMs);
}

function earliest(
  sources: readonly SourceState[],
  orderOf: (source: SourceState) => string | undefined,
): { readonly index: number; readonly order: string } | undefined {
  let first: { index: number; order: string } | undefined;
  sources.forEach((source, index) => {
    const order = orderOf(source);
    if (order !== undefined && (first === undefined || order < first.order)) first = { index, order };
  });
  return first;
}
