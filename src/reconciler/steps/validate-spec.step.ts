import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { violationsOf, type ExecutionPolicy } from '../../workflow-execution/policy.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import { observeStart } from '../observe-pipeline-run.ts';
import { PipelineRunAdoption } from '../pipeline-run-adoption.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Refuses what must not run: what the operator's policy does not allow, whatever way it came, and what the CRD of today
 * would not have let in (the API server does not check again what it has stored).
 */
@Injectable()
export class ValidateSpec implements Step {
  constructor(
    private readonly adoption: PipelineRunAdoption,
    @Inject(CONFIG) private readonly policy: ExecutionPolicy,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const [first, ...more] = this.#brokenRules(execution);
    if (first === undefined) return { kind: 'next', execution };
    // The rule may be newer than the execution. What runs already has to be followed to its end; it is adopted right
    // here, because the steps that come next would start it anew if it went in this very moment.
    const existing = await this.adoption.find(execution, signal);
    if (existing.kind === 'own') {
      return { kind: 'observed', observation: observeStart(existing.pipelineRun, 'adopted') };
    }
    const reason = 'ValidationFailed';
    const message = `${[first, ...more].join('; ')}. ${advice[reason]}`;
    const failure = { reason, message, wasExecutionFailure: false } as const;
    return { kind: 'observed', observation: { phase: 'Failed', failure } };
  }

  #brokenRules({ spec, metadata }: WorkflowExecution): readonly string[] {
    const { targetResource } = spec;
    const target =
      parseTargetResource(targetResource) === undefined
        ? [`spec.targetResource "${targetResource}" is neither namespace/kind/name nor kind/name`]
        : [];
    const violations = violationsOf(spec, metadata.namespace, this.policy);
    return [...target, ...violations.map(({ path, message }) => `${path.join('.')} ${message}`)];
  }
}
