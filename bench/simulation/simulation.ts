/** Something that a process waits for: it is called with what goes on once that has come. */
export type Wait = (goOn: () => void) => void;

/** What something does in the course of time: it yields what it waits for. */
export type Process = Generator<Wait, void>;

interface Happening {
  readonly at: number;
  /** Of those at the same time the one comes first that was planned first. */
  readonly number: number;
  readonly goOn: () => void;
}

/** Time that passes by what happens in it, in milliseconds: a discrete event simulation, the same for the same processes. */
export class Simulation {
  #now = 0;
  #planned = 0;
  /** A binary heap, the earliest first. */
  readonly #heap: Happening[] = [];

  /** Milliseconds since it began. */
  get now(): number {
    return this.#now;
  }

  /** Begins a process, now. */
  begin(process: Process): void {
    const { done, value } = process.next();
    if (done !== true) value(() => this.begin(process));
  }

  /** Waits for so many milliseconds. */
  delay(ms: number): Wait {
    return (goOn) => this.#plan({ at: this.#now + ms, number: (this.#planned += 1), goOn });
  }

  /** Begins processes, now, and waits until all have ended. */
  all(processes: readonly Process[]): Wait {
    return (goOn) => {
      let left = processes.length;
      if (left === 0) goOn();
      const ended = (): void => {
        left -= 1;
        if (left === 0) goOn();
      };
      for (const process of processes) this.begin(followed(process, ended));
    };
  }

  /** Lets time pass until nothing is planned any more. */
  run(): void {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      this.#removeFirst();
      this.#now = next.at;
      next.goOn();
    }
  }

  #plan(happening: Happening): void {
    let at = this.#heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(least, at)) return;
      this.#swap(least, at);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return one !== undefined;
    return one.at < other.at || (one.at === other.at && one.number < other.number);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

function* followed(process: Process, ended: () => void): Process {
  yield* process;
  ended();
}

/** So many servers of one kind; who comes while all are taken waits, the first first, behind those who go before. */
export class Station {
  readonly #simulation: Simulation;
  readonly #waiting: (() => void)[] = [];
  readonly #waitingBefore: (() => void)[] = [];
  #free: number;
  #takenSince = 0;
  #taken = 0;
  #busyMs = 0;

  constructor(simulation: Simulation, servers: number) {
    this.#simulation = simulation;
    this.#free = servers;
  }

  /** For how long its servers were taken, added up, in milliseconds. */
  get busyMs(): number {
    return this.#busyMs + this.#taken * (this.#simulation.now - this.#takenSince);
  }

  /** Takes one server for so many milliseconds. @param goesBefore others who wait, but interrupts nobody */
  *use(ms: number, goesBefore = false): Process {
    yield this.take(goesBefore);
    yield this.#simulation.delay(ms);
    this.give();
  }

  /** Waits for a server and keeps it until {@link give}. @param goesBefore as in {@link use} */
  take(goesBefore = false): Wait {
    const waiting = goesBefore ? this.#waitingBefore : this.#waiting;
    return (goOn) => {
      if (this.#free === 0) return void waiting.push(goOn);
      this.#free -= 1;
      this.#count(1);
      goOn();
    };
  }

  /** Gives a server back, to the one that has waited longest of those who go before, or of all others. */
  give(): void {
    const next = this.#waitingBefore.shift() ?? this.#waiting.shift();
    if (next !== undefined) return next();
    this.#free += 1;
    this.#count(-1);
  }

  #count(change: number): void {
    this.#busyMs = this.busyMs;
    this.#takenSince = this.#simulation.now;
    this.#taken += change;
  }
}
