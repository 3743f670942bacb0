import { aCondition } from '../../../src/audit/audit.builders.ts';
import { FakeCluster } from '../../../src/audit/audit-trail.builders.ts';
import { sleep } from '../../../src/kubernetes/async.ts';
import { type Clock } from '../../../src/kubernetes/clock.ts';
import { keyOf } from '../../../src/kubernetes/kubernetes-object.ts';
import type {
  Condition,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import type { Random } from '../../chaos/plan/random.ts';
import type { Course, PlannedExecution } from '../plan.ts';

/** The longest step of an execution, in milliseconds. */
const longestStepMs = 500;

type Ending = Exclude<Course, 'is-deleted'>;

const failure = { reason: 'TaskFailed', message: 'by the simulation', wasExecutionFailure: true } as const;
const ends: Readonly<Record<Ending, Omit<WorkflowExecutionStatus, 'conditions'>>> = {
  completes: { phase: 'Completed', outcome: 'Success' },
  fails: { phase: 'Failed', outcome: 'Failed', failure },
  'is-cancelled': { phase: 'Failed', outcome: 'Failed', failure: { ...failure, reason: 'Cancelled' } },
  'is-skipped': { phase: 'Skipped', outcome: 'Skipped' },
};

/** Executions as a reconciler that never fails would write them. */
export class SimulatedExecutions {
  readonly cluster = new FakeCluster();
  /** Called with the key of each changed execution. */
  onChange: (key: string) => void = () => undefined;
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  /** Runs an execution along its course; resolves at its end, or when it is gone. */
  async perform({ name, course, correlationId }: PlannedExecution): Promise<void> {
    const metadata = { name, uid: `uid-of-${name}`, creationTimestamp: this.time() };
    const identity = { metadata, spec: { remediationRequestRef: { name: correlationId } } };
    const put = (status?: WorkflowExecutionStatus, deletionTimestamp?: string) => {
      const over = deletionTimestamp === undefined ? metadata : { ...metadata, deletionTimestamp };
      this.put(aWorkflowExecution({ ...identity, metadata: over, status }));
    };
    put();
    await this.step();
    if (course === 'is-skipped') return put({ ...ends[course], conditions: [this.condition('Ready', 'False')] });
    const created = this.condition('PipelineRunCreated', 'True');
    const running: WorkflowExecutionStatus = {
      phase: 'Running',
      conditions: [this.condition('Ready', 'Unknown'), created],
    };
    put(running);
    await this.step();
    if (course !== 'is-deleted')
      return put({ ...ends[course], conditions: [this.condition('Ready', 'True'), created] });
    put(running, this.time());
    while (this.cluster.objects.has(`payment/${name}`)) await this.step();
  }

  /** Writes a condition, unless the execution has changed. */
  setCondition(execution: WorkflowExecution, condition: Omit<Condition, 'lastTransitionTime'>): void {
    if (this.cluster.objects.get(keyOf(execution)) !== execution) return;
    const others = execution.status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
    const conditions = [...others, { ...condition, lastTransitionTime: this.time() }];
    this.put({ ...execution, status: { ...execution.status, conditions } });
  }

  private put(execution: WorkflowExecution): void {
    this.cluster.put(execution);
    this.onChange(keyOf(execution));
  }

  private step(): Promise<void> {
    return sleep(this.clock, this.random.next() * longestStepMs);
  }

  private condition(type: 'Ready' | 'PipelineRunCreated', status: Condition['status']): Condition {
    return aCondition({ type, status, reason: type, lastTransitionTime: this.time() });
  }

  /** Whole seconds, as the API server has it. */
  private time(): string {
    return this.clock.now().toISOString().replace(/\.\d+/, '');
  }
}
