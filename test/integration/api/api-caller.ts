import type { ListWorkflowExecutionsRequest } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type {
  CancelMode,
  WorkflowExecutionSpec,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';

/** An execution in a response of either transport. */
export interface SeenExecution {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly targetResource?: string;
  readonly serviceAccountName?: string;
  readonly cancelRequested: boolean;
  /** Empty if unknown. */
  readonly resourceVersion: string;
  readonly isBeingDeleted: boolean;
  /** Only in the response to a create that validates only. */
  readonly preflight?: SeenPreflight;
  /** Only in the response to a create that has warnings. */
  readonly warnings?: readonly string[];
}

/** A preflight in a response of either transport. */
export interface SeenPreflight {
  readonly checked: boolean;
  /** Empty if everything was checked. */
  readonly notCheckedReason: string;
  /** `Error: the message` by field, as the transport spells it. */
  readonly findings: Readonly<Record<string, string>>;
  /** Empty if unknown. */
  readonly bundleDigest: string;
  readonly tasks: readonly string[];
  readonly pipelineRun?: object;
}

/** An error of either transport; `kind` is the name of the gRPC code, or REST's problem type in the same spelling. */
export interface SeenError {
  readonly kind: string;
  /** The violations by field, as the transport spells it. */
  readonly rules: Readonly<Record<string, string>>;
  readonly text: string;
  /** NaN if absent. */
  readonly retryAfterSeconds: number;
}

/** A page of executions, as either transport shows it. */
export interface SeenPage {
  readonly items: readonly SeenExecution[];
  readonly next: string;
}

/** A target, as either transport shows it; executions are `namespace/name`. */
export interface SeenTarget {
  readonly target: string;
  readonly held?: boolean;
  readonly holder?: string;
  /** The phase of the holder. */
  readonly phase?: string;
  /** Whether it says since when it is held. */
  readonly isSinceKnown: boolean;
  /** The executions by the times at which their cooldowns end, in milliseconds since the epoch. */
  readonly cooldowns: readonly (readonly [execution: string, endMs: number])[];
  readonly executions: readonly string[];
}

/** A response: the result, or an error. */
export type Answer<T> =
  { readonly ok: T; readonly error?: undefined } | { readonly ok?: undefined; readonly error: SeenError };

/** A new execution in the words of the resource, for either transport. */
export interface NewExecution {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<WorkflowExecutionSpec>;
  readonly requestId?: string;
  readonly validateOnly?: boolean;
}

/** A list, in the words of REST, for either transport: the filters of the message that are texts, and the others. */
export interface WantedList extends Partial<Omit<ListWorkflowExecutionsRequest, NotAsInRest>> {
  readonly limit?: number;
  readonly continue?: string;
  readonly phase?: string;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

type NotAsInRest = 'parent' | 'pageSize' | 'pageToken' | 'phases' | 'createdAfter' | 'createdBefore';

/** One transport, as the contract suite drives it. */
export interface ApiCaller {
  readonly transport: 'REST' | 'gRPC';
  create(namespace: string, execution: NewExecution): Promise<Answer<SeenExecution>>;
  get(namespace: string, name: string): Promise<Answer<SeenExecution>>;
  list(namespace: string, wanted?: WantedList): Promise<Answer<SeenPage>>;
  cancel(namespace: string, name: string, mode?: CancelMode): Promise<Answer<SeenExecution>>;
  delete(
    namespace: string,
    name: string,
    only?: { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<Answer<SeenExecution>>;
  target(target: string): Promise<Answer<SeenTarget>>;
}
