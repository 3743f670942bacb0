/** How one try of a call went, in milliseconds of `performance.now()`. */
export interface Attempt {
  readonly startedMs: number;
  readonly endedMs: number;
  /** `again`: it is to be tried again, as docs/api.md tells clients; `deadline`: so is what was not answered in time. */
  readonly outcome: 'answered' | 'again' | 'deadline' | 'failed';
}

/** What the clients of a drill saw, in figures. */
export interface CallFigures {
  /** Calls that were answered, after however many tries. */
  readonly calls: number;
  readonly triedAgain: number;
  /** Tries that were given up at their deadline. */
  readonly ranIntoDeadline: number;
  readonly failed: number;
  /** Seconds between two answers, to whichever client: the longest. */
  readonly longestWithoutAnswer: number;
  /** Seconds that the slowest try took which got some answer. */
  readonly slowestAnswer: number;
}

/** Counts tries. */
export class CallSummary {
  readonly #attempts: Attempt[] = [];

  /** Takes a try into account. */
  add(attempt: Attempt): void {
    this.#attempts.push(attempt);
  }

  /** The sentences about all tries so far. */
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

/** The longest time between two of these moments that follow each other. */
export function longestGap(moments: readonly number[]): number {
  const inOrder = moments.toSorted((a, b) => a - b);
  return longest(inOrder.slice(1).map((moment, index) => moment - (inOrder[index] ?? moment)));
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}
