import type { Clock } from '../kubernetes/clock.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';

/** Executions that are gone while events of them are on their way: the only copy is here. */
export class Orphans {
  private readonly orphans = new Map<string, { readonly execution: WorkflowExecution; readonly disarm: () => void }>();

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
    const { uid } = execution.metadata;
    this.orphans.set(uid, { execution, disarm: this.clock.setTimer(this.patienceMs, () => this.giveUp(uid)) });
  }

  /** Everything of it is recorded. */
  remove(uid: string): void {
    this.orphans.get(uid)?.disarm();
    this.orphans.delete(uid);
  }

  /** Gives all up that are left. */
  end(): void {
    for (const uid of [...this.orphans.keys()]) this.giveUp(uid);
  }

  private giveUp(uid: string): void {
    const execution = this.get(uid);
    this.remove(uid);
    if (execution !== undefined) this.abandon(execution);
  }
}
