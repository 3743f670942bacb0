import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ValidateSpec } from './validate-spec.step.ts';

describe('the spec of an execution', () => {
  it('is taken when it keeps the rules', async () => {
    const execution = aWorkflowExecution();
    await expect(new ValidateSpec().run(execution)).resolves.toEqual({ kind: 'next', execution });
  });

  it('is refused when it is older than the rule on targets', async () => {
    const execution = aWorkflowExecution({ spec: { targetResource: 'payment-api' } });
    await expect(new ValidateSpec().run(execution)).resolves.toMatchObject({
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
});
