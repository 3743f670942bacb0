import { DiscoveryNotDueError } from '../../kubernetes/discovery.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import type { TargetResolution } from '../../targets/targets.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { parameterViolations } from '../../workflow-execution/parameters.ts';
import { policyViolations, type ExecutionPolicy } from '../../workflow-execution/policy.ts';
import { reasonsWithoutLock } from '../../workflow-execution/target-holder.ts';
import { withTarget } from '../../workflow-execution/target-resource.ts';
import { adoptOrEnd, type ConflictContext } from './conflict.steps.ts';
import { unstartedEnd } from './end-unstarted.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

type ValidateContext = ConflictContext &
  With<'adoption' | 'creates' | 'targets'> & { readonly config: ExecutionPolicy };

/** Whether the target is valid is not known now. */
interface Undecided {
  readonly kind: 'undecided';
  readonly error: KubernetesError;
}

/**
 * Resolves the target and rejects what must not run: what the operator's policy does not allow, and what the current CRD would
 * not admit (the API server does not validate stored objects again). The next steps get the execution with its canonical
 * target.
 */
export const validateSpec: Step<ValidateContext> = async (execution, context, signal) => {
  const resolution = await resolve(execution, context, signal);
  const violations = violationsIn(execution, resolution, context.config);
  const resolved = resolution.kind === 'resolved' ? withTarget(execution, resolution.target) : execution;
  if (resolution.kind === 'resolved' && violations.length === 0) return { kind: 'next', execution: resolved };
  // The rule may be newer than the execution. What runs already is followed to its end; it is adopted here, because the next
  // steps would create it again if it were deleted in this moment.
  const endAs = unstartedEnd(execution, context);
  const existing = await context.adoption.find(execution, signal);
  const taken = await adoptOrEnd(execution, existing, context, signal);
  if (taken !== undefined) return { ...taken, on: resolved };
  if (violations.length === 0 && resolution.kind === 'undecided') return undecided(resolution);
  const reason = 'ValidationFailed';
  const message = `${advice[reason]} ${violations.join('; ')}.`;
  return endAs({ phase: 'Failed', failure: { reason, message, wasExecutionFailure: false } });
};

/** A target is rejected only by discovery that is newer than the execution: its CRD may have been created with it. */
async function resolve(
  { metadata, spec, status }: WorkflowExecution,
  { targets, clock }: ValidateContext,
  signal: AbortSignal,
): Promise<TargetResolution | Undecided> {
  if (status?.target !== undefined) return { kind: 'resolved', target: status.target };
  // creationTimestamp has whole seconds.
  const created = Date.parse(metadata.creationTimestamp) + 1_000;
  const notBefore = new Date(Math.min(created, clock.now().getTime()));
  try {
    return await targets.resolve(spec.targetResource, notBefore, signal);
  } catch (error) {
    if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
    return { kind: 'undecided', error };
  }
}

function violationsIn(
  { spec, metadata }: WorkflowExecution,
  target: TargetResolution | Undecided,
  policy: ExecutionPolicy,
): readonly string[] {
  const ofTarget = target.kind === 'refused' ? [`spec.targetResource "${spec.targetResource}": ${target.message}`] : [];
  const ofParameters = parameterViolations(spec).map((rule) => `spec.parameters${rule}`);
  const ofPolicy = policyViolations(spec, metadata.namespace, policy);
  return [...ofTarget, ...ofParameters, ...ofPolicy.map(({ path, message }) => `${path.join('.')} ${message}`)];
}

function undecided({ error }: Undecided): StepOutcome {
  // Not an error: discovery may be read again within seconds.
  if (error instanceof DiscoveryNotDueError) {
    return { kind: 'settled', reason: 'DiscoveryNotDue', requeueAfterMs: error.retryAfterMs };
  }
  const message = `The target cannot be resolved now: ${error.message}`;
  const observation = { phase: 'Pending', reason: reasonsWithoutLock.target, message } as const;
  return { kind: 'observed', observation, retry: error };
}
