import { Random } from '../../test/storm/plan/random.ts';
import { Simulation, Station, type Process } from './simulation.ts';

/** A write, by what it costs: those of PipelineRuns pass through Tekton's webhook, and Leases and Events are small. */
export type Write = 'create' | 'patch' | 'createRun' | 'patchRun' | 'createLease';

/** Something of each write. */
export function ofEachWrite<T>(of: (write: Write) => T): Readonly<Record<Write, T>> {
  return {
    create: of('create'),
    patch: of('patch'),
    createRun: of('createRun'),
    patchRun: of('patchRun'),
    createLease: of('createLease'),
  };
}

/** What the parts of the system cost. Times are milliseconds. */
export interface Machine {
  /** Cores that the API server, etcd and the leader share. */
  readonly cores: number;
  /** CPU time of the API server, etcd, webhooks, caller and watchers for one write. */
  readonly cpuMs: Readonly<Record<Write, number>>;
  /** What a write takes beside that, however little there is to do: the disk, the network. */
  readonly writeDelayMs: number;
  /** CPU time of the leader, in its one thread, for one of its writes with all that belongs to it. */
  readonly leaderCpuMs: number;
  /** From a write until watches show it. */
  readonly watchDelayMs: number;
}

/** What the service is set to. */
export interface Setting {
  /** Executions that are reconciled at once. */
  readonly workers: number;
  /** Writes for an execution before its PipelineRun, made at the same time: the finalizer, the lock. */
  readonly writesBefore: readonly Write[];
}

/** What is asked of it. */
export interface Load {
  readonly executions: number;
  /** Either so many creators that create one execution after the other, or so many created each second, at random times. */
  readonly created: { readonly atOnce: number } | { readonly perSecond: number };
  /** How long a PipelineRun runs, in milliseconds. */
  readonly runMs: number;
  readonly seed: number;
}

/** What came of it. Times are milliseconds. */
export interface Outcome {
  /** Executions a second until the last was terminal. */
  readonly perSecond: number;
  /** From the acknowledgement of its creation until its PipelineRun was seen, of each execution. */
  readonly untilPipelineRun: readonly number[];
  /** From the acknowledgement of the end of its PipelineRun until it was seen to be terminal. */
  readonly untilTerminal: readonly number[];
  /** Parts of the time until then that the cores and the leader's thread were in use. */
  readonly coresBusy: number;
  readonly leaderBusy: number;
}

/** Events are written two at once, as in src/kubernetes/event-recorder.ts, and wait as long as an execution does, but not longer. */
const eventWriters = 2;
const eventLookMs = 250;
const eventWaitMs = 30_000;
/** How long one request to data storage takes, in milliseconds. */
const auditRequestMs = 10;

/** An execution on its way. */
interface Execution {
  phase: 'created' | 'started' | 'ended' | 'terminal' | 'told' | 'over';
  acknowledgedAt: number;
  seenAt: number;
  endedAt: number;
  terminalAt: number;
}

/** Runs executions through a model of the API server, the leader and Tekton. The same arguments give the same outcome. */
export function simulate(machine: Machine, setting: Setting, load: Load): Outcome {
  return new Model(machine, setting, load).run();
}

class Model {
  readonly #machine: Machine;
  readonly #setting: Setting;
  readonly #load: Load;
  readonly #random: Random;
  readonly #time = new Simulation();
  readonly #cores: Station;
  readonly #leader: Station;
  readonly #eventWriters: Station;
  readonly #executions: Execution[] = [];
  readonly #queue = new Set<Execution>();
  readonly #inWork = new Set<Execution>();
  readonly #again = new Set<Execution>();
  readonly #toTell: Execution[] = [];
  readonly #idleWorkers: (() => void)[] = [];
  #isTelling = false;
  #terminal = 0;
  #busyAtEnd = { cores: 0, leader: 0 };

  constructor(machine: Machine, setting: Setting, load: Load) {
    this.#machine = machine;
    this.#setting = setting;
    this.#load = load;
    this.#random = new Random(load.seed);
    this.#cores = new Station(this.#time, machine.cores);
    this.#leader = new Station(this.#time, 1);
    this.#eventWriters = new Station(this.#time, eventWriters);
  }

  run(): Outcome {
    const { created } = this.#load;
    for (let worker = 0; worker < this.#setting.workers; worker += 1) this.#time.begin(this.#work());
    if ('perSecond' in created) this.#time.begin(this.#arrivals(created.perSecond));
    else for (let creator = 0; creator < created.atOnce; creator += 1) this.#time.begin(this.#creator());
    this.#time.run();
    const end = this.#executions.reduce((latest, { terminalAt }) => Math.max(latest, terminalAt), 0);
    return {
      perSecond: (this.#executions.length / end) * 1_000,
      untilPipelineRun: this.#executions.map(({ seenAt, acknowledgedAt }) => Math.max(0, seenAt - acknowledgedAt)),
      untilTerminal: this.#executions.map(({ terminalAt, endedAt }) => Math.max(0, terminalAt - endedAt)),
      coresBusy: this.#busyAtEnd.cores / (end * this.#machine.cores),
      leaderBusy: this.#busyAtEnd.leader / end,
    };
  }

  *#creator(): Process {
    while (this.#executions.length < this.#load.executions) yield* this.#create();
  }

  *#arrivals(perSecond: number): Process {
    for (let number = 0; number < this.#load.executions; number += 1) {
      yield this.#time.delay((-Math.log(1 - this.#random.next()) / perSecond) * 1_000);
      this.#time.begin(this.#create());
    }
  }

  *#create(): Process {
    const execution: Execution = { phase: 'created', acknowledgedAt: 0, seenAt: 0, endedAt: 0, terminalAt: 0 };
    this.#executions.push(execution);
    yield* this.#write('create');
    execution.acknowledgedAt = this.#time.now;
    this.#time.begin(this.#seen(execution));
  }

  /** The leader's watch shows a change of an execution, or of its PipelineRun. */
  *#seen(execution: Execution): Process {
    yield this.#time.delay(this.#machine.watchDelayMs);
    if (this.#inWork.has(execution)) this.#again.add(execution);
    else this.#queue.add(execution);
    this.#idleWorkers.shift()?.();
  }

  *#work(): Process {
    for (;;) {
      const [execution] = this.#queue;
      if (execution === undefined) {
        yield (goOn) => void this.#idleWorkers.push(goOn);
        continue;
      }
      this.#queue.delete(execution);
      this.#inWork.add(execution);
      yield* this.#reconcile(execution);
      this.#inWork.delete(execution);
      if (this.#again.delete(execution)) this.#queue.add(execution);
    }
  }

  *#reconcile(execution: Execution): Process {
    if (execution.phase === 'created') yield* this.#start(execution);
    else if (execution.phase === 'ended') yield* this.#end(execution);
    else if (execution.phase === 'told') {
      yield* this.#leaderWrite('patch');
      execution.phase = 'over';
    }
  }

  *#start(execution: Execution): Process {
    yield this.#time.all(this.#setting.writesBefore.map((write) => this.#leaderWrite(write)));
    yield* this.#leaderWrite('createRun');
    execution.phase = 'started';
    this.#time.begin(this.#tekton(execution));
    yield* this.#leaderWrite('patch');
    this.#time.begin(this.#writeEvent());
  }

  *#tekton(execution: Execution): Process {
    yield this.#time.delay(this.#machine.watchDelayMs);
    execution.seenAt = this.#time.now;
    yield this.#time.delay(this.#load.runMs);
    yield* this.#write('patchRun');
    execution.endedAt = this.#time.now;
    execution.phase = 'ended';
    yield* this.#seen(execution);
  }

  *#end(execution: Execution): Process {
    yield* this.#leaderWrite('patch');
    execution.phase = 'terminal';
    execution.terminalAt = this.#time.now + this.#machine.watchDelayMs;
    this.#terminal += 1;
    if (this.#terminal === this.#load.executions) {
      this.#busyAtEnd = { cores: this.#cores.busyMs, leader: this.#leader.busyMs };
    }
    this.#time.begin(this.#writeEvent());
    this.#toTell.push(execution);
    if (!this.#isTelling) this.#time.begin(this.#tell());
  }

  /** One request to data storage at a time, with all that has come up. */
  *#tell(): Process {
    this.#isTelling = true;
    while (this.#toTell.length > 0) {
      const told = this.#toTell.splice(0);
      yield this.#time.delay(auditRequestMs);
      for (const execution of told) {
        execution.phase = 'told';
        this.#time.begin(this.#seen(execution));
      }
    }
    this.#isTelling = false;
  }

  *#writeEvent(): Process {
    const latest = this.#time.now + eventWaitMs;
    yield this.#eventWriters.take();
    while (this.#queue.size > 0 && this.#time.now < latest) yield this.#time.delay(eventLookMs);
    yield* this.#leaderWrite('createLease');
    this.#eventWriters.give();
  }

  /**
   * The leader's thread needs a core as well. It stands in no queue of the API server: the kernel gives a core to a thread that
   * has slept before one that has had its share (EEVDF, https://docs.kernel.org/scheduler/sched-eevdf.html).
   */
  *#leaderWrite(write: Write): Process {
    yield this.#leader.take();
    yield* this.#cores.use(this.#about(this.#machine.leaderCpuMs), true);
    this.#leader.give();
    yield* this.#write(write);
  }

  *#write(write: Write): Process {
    yield* this.#cores.use(this.#about(this.#machine.cpuMs[write]));
    yield this.#time.delay(this.#about(this.#machine.writeDelayMs));
  }

  /** No two take equally long: between half as long and one and a half times as long. */
  #about(ms: number): number {
    return ms * (0.5 + this.#random.next());
  }
}
