import { describe, expect, it } from '@jest/globals';
import { aPipelineRun } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aPolicy } from '../../workflow-execution/policy.builders.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { ExistingRun, PipelineRunAdoption } from '../pipeline-run-adoption.ts';
import { ValidateSpec } from './validate-spec.step.ts';

const { signal } = new AbortController();
const closed = aPolicy({ bundles: ['ghcr.io/acme/*'], requireDigest: true });

function validate(execution: WorkflowExecution, { policy = aPolicy(), existing = { kind: 'none' } }: Given = {}) {
  const adoption = { find: () => Promise.resolve(existing) } as unknown as PipelineRunAdoption;
  return new ValidateSpec(adoption, policy).run(execution, signal);
}

interface Given {
  policy?: ReturnType<typeof aPolicy>;
  /** What has the name of the execution's PipelineRun. */
  existing?: ExistingRun;
}

describe('the spec of an execution', () => {
  it('is taken when it keeps the rules', async () => {
    const execution = aWorkflowExecution();
    await expect(validate(execution)).resolves.toEqual({ kind: 'next', execution });
  });

  it('is refused when it is older than the rule on targets', async () => {
    const execution = aWorkflowExecution({ spec: { targetResource: 'payment-api' } });
    await expect(validate(execution)).resolves.toMatchObject({
      kind: 'observed',
      observation: {
        phase: 'Failed',
        failure: {
          reason: 'ValidationFailed',
          message: expect.stringContaining('spec.targetResource "payment-api"'),
          wasExecutionFailure: false,
        },
      },
    });
  });

  it('is refused with every rule of the policy that it breaks', async () => {
    await expect(validate(aWorkflowExecution(), { policy: closed })).resolves.toMatchObject({
      observation: {
        failure: {
          reason: 'ValidationFailed',
          message: expect.stringMatching(
            /^spec\.workflowRef\.containerImage must .+ WFE_ALLOWED_BUNDLES .+; spec\.workflowRef\.containerDigest must .+ WFE_REQUIRE_DIGEST/,
          ),
        },
      },
    });
  });

  it('is refused also when the name of its PipelineRun is taken by somebody else', async () => {
    const existing = { kind: 'foreign', pipelineRun: aPipelineRun(), why: 'is not ours' } as const;
    const outcome = await validate(aWorkflowExecution(), { policy: closed, existing });
    expect(outcome).toMatchObject({ observation: { phase: 'Failed' } });
  });

  it('is not held against what runs already', async () => {
    const existing = { kind: 'own', pipelineRun: aPipelineRun() } as const;
    const outcome = await validate(aWorkflowExecution(), { policy: closed, existing });
    expect(outcome).toMatchObject({ observation: { phase: 'Running', begun: 'adopted' } });
  });
});
