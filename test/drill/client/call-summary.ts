/** One attempt of a call, in milliseconds of `performance.now()`. */
export interface Attempt {
  readonly startedMs: number;
  readonly endedMs: number;
  /** `again`: retried as docs/api.md requires; `deadline`: retried after its deadline. */
  readonly outcome: 'answered' | 'again' | 'deadline' | 'failed';
}

/** Figures about the calls of a drill. */
export interface CallFigures {
  /** Calls that were answered, after any number of attempts. */
  readonly calls: number;
  readonly triedAgain: number;
  /** Attempts that exceeded their deadline. */
  readonly ranIntoDeadline: number;
  readonly failed: number;
  /** Longest time between two answers to any client in seconds. */
  readonly longestWithoutAnswer: number;
  /** Duration of the slowest answered attempt in seconds. */
  readonly slowestAnswer: number;
}

/** Summarizes attempts. */
export class CallSummary {
  readonly #attempts: Attempt[] = [];

  /** Adds an attempt. */
  add(attempt: Attempt): void {
    this.#attempts.push(attempt);
  }

  /** Figures of all attempts so far. */
  figures(): CallFigures {
    const count = (outcome: Attempt['outcome']) => this.#attempts.filter((one) => one.outcome === outcome).length;
    const answered = this.#attempts.filter(({ outcome }) => outcome === 'answered').map(({ endedMs }) => endedMs);
    const inTime = this.#attempts.filter(({ outcome }) => outcome !== 'deadline');
    return {
      calls: answered.length,
      triedAgain: count('again') + count('deadline'),
      ranIntoDeadline: count('deadline'),
      failed: count('failed'),
      longestWithoutAnswer: toSeconds(longestGap(answered)),
      slowestAnswer: toSeconds(longest(inTime.map(({ startedMs, endedMs }) => endedMs - startedMs))),
    };
  }
}

/** Milliseconds as seconds, to the hundredth. */
export function toSeconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}

/** The longest gap between consecutive times. */
export function longestGap(moments: readonly number[]): number {
  const inOrder = moments.toSorted((a, b) => a - b);
  return longest(inOrder.slice(1).map((moment, index) => moment - (inOrder[index] ?? moment)));
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}
