import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { DiscoveryNotDueError } from '../../kubernetes/discovery.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { Targets, type TargetResolution } from '../../targets/targets.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { parameterViolations } from '../../workflow-execution/parameters.ts';
import { policyViolations, type ExecutionPolicy } from '../../workflow-execution/policy.ts';
import { withTarget } from '../../workflow-execution/target-resource.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import { PipelineRunConflicts } from './pipeline-run-conflicts.ts';
import type { Step, StepOutcome } from './step.ts';

/** Whether the target is valid cannot be said now. */
type Undecided = { readonly kind: 'undecided'; readonly error: KubernetesError };

/**
 * Resolves the target and refuses what must not run: what the operator's policy does not allow, whatever way it came, and
 * what the CRD of today would not have let in (the API server does not check again what it has stored). The steps that
 * follow get the execution with its canonical target.
 */
@Injectable()
export class ValidateSpec implements Step {
  constructor(
    private readonly adoption: PipelineRunAdoption,
    private readonly conflicts: PipelineRunConflicts,
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly policy: ExecutionPolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const resolution = await this.resolve(execution, signal);
    const broken = this.brokenRules(execution, resolution);
    const resolved = resolution.kind === 'resolved' ? withTarget(execution, resolution.target) : execution;
    if (resolution.kind === 'resolved' && broken.length === 0) return { kind: 'next', execution: resolved };
    // The rule may be newer than the execution. What runs already has to be followed to its end; it is adopted right
    // here, because the steps that come next would start it anew if it went in this very moment.
    const existing = await this.adoption.find(execution, signal);
    const taken = await this.conflicts.takeUp(execution, existing, signal);
    if (taken !== undefined) return { ...taken, on: resolved };
    if (broken.length === 0 && resolution.kind === 'undecided') return undecided(resolution);
    const reason = 'ValidationFailed';
    const message = `${advice[reason]} ${broken.join('; ')}.`;
    const failure = { reason, message, wasExecutionFailure: false } as const;
    return { kind: 'observed', observation: { phase: 'Failed', failure } };
  }

  /** A target is refused only by what the cluster served after the execution was created: its CRD may have come with it. */
  private async resolve(
    { metadata, spec, status }: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<TargetResolution | Undecided> {
    if (status?.target !== undefined) return { kind: 'resolved', target: status.target };
    // The time of creation has no parts of a second.
    const created = Date.parse(metadata.creationTimestamp) + 1_000;
    const notBefore = new Date(Math.min(created, this.clock.now().getTime()));
    try {
      return await this.targets.resolve(spec.targetResource, notBefore, signal);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
      return { kind: 'undecided', error };
    }
  }

  private brokenRules({ spec, metadata }: WorkflowExecution, target: TargetResolution | Undecided): readonly string[] {
    const wrongTarget =
      target.kind === 'refused' ? [`spec.targetResource "${spec.targetResource}": ${target.message}`] : [];
    const parameters = parameterViolations(spec).map((rule) => `spec.parameters${rule}`);
    const violations = policyViolations(spec, metadata.namespace, this.policy);
    return [...wrongTarget, ...parameters, ...violations.map(({ path, message }) => `${path.join('.')} ${message}`)];
  }
}

function undecided({ error }: Undecided): StepOutcome {
  // No failure: it takes some seconds at most until discovery may be read again.
  if (error instanceof DiscoveryNotDueError) {
    return { kind: 'settled', reason: 'DiscoveryNotDue', requeueAfterMs: error.retryAfterMs };
  }
  const message = `The target cannot be resolved now: ${error.message}`;
  const observation = { phase: 'Pending', reason: 'TargetUnresolved', message } as const;
  return { kind: 'observed', observation, retry: error };
}
