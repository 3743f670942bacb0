import type { Clock } from '../kubernetes/clock.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';

interface Orphan {
  readonly execution: WorkflowExecution;
  readonly disarm: () => void;
}

/** Executions that are gone while events of them are on their way: the only copy is here. */
export class Orphans {
  private readonly orphans = new Map<string, Orphan>();

  /**
   * @param patienceMs how long one is kept, in milliseconds
   * @param abandon called with each that is not needed any more only because its time is over, or because all has to end
   */
  constructor(
    private readonly clock: Clock,
    private readonly patienceMs: number,
    private readonly abandon: (execution: WorkflowExecution) => void,
  ) {}

  get(uid: string): WorkflowExecution | undefined {
    return this.orphans.get(uid)?.execution;
  }

  add(execution: WorkflowExecution): void {
    const disarm = this.clock.setTimer(this.patienceMs, () => this.giveUp(execution));
    this.orphans.set(execution.metadata.uid, { execution, disarm });
  }

  /** Everything of it is recorded. */
  remove(uid: string): void {
    this.orphans.get(uid)?.disarm();
    this.orphans.delete(uid);
  }

  /** Gives all up that are left. */
  end(): void {
    for (const { execution } of [...this.orphans.values()]) this.giveUp(execution);
  }

  private giveUp(execution: WorkflowExecution): void {
    this.remove(execution.metadata.uid);
    this.abandon(execution);
  }
}
