import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { CreateWorkflowExecutionResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { Preflight } from '../preflight/preflight.ts';
import { headersOf, toCreatedResource, toCreateResponse } from './create-responses.ts';

const execution = aWorkflowExecution();
const preflight: Preflight = {
  checked: false,
  notCheckedReason: 'Tekton is away',
  findings: [{ path: ['spec', 'parameters', 'MY_A'], message: 'is required by the workflow', severity: 'Error' }],
  tasks: ['restart'],
  pipelineRun: { kind: 'PipelineRun', spec: { params: [{ name: 'A', value: 'x' }] } },
};

describe('the response to a create', () => {
  it('has the preflight of a dry run, with the fields as REST spells them', () => {
    expect(toCreatedResource({ execution, preflight, warnings: [] })).toMatchObject({
      kind: 'WorkflowExecution',
      preflight: {
        ...preflight,
        findings: [{ field: 'spec.parameters.MY_A', message: 'is required by the workflow', severity: 'Error' }],
      },
    });
    expect(headersOf({ execution, preflight, warnings: [] })).toEqual({});
  });

  it('has the preflight of a dry run, with the fields as gRPC spells them', () => {
    const response = toCreateResponse({ execution, preflight, warnings: [] });

    const received = CreateWorkflowExecutionResponse.decode(CreateWorkflowExecutionResponse.encode(response).finish());

    expect(received.preflight).toEqual({
      ...preflight,
      bundleDigest: '',
      findings: [
        {
          field: 'workflow_execution.spec.parameters.MY_A',
          message: 'is required by the workflow',
          severity: 'SEVERITY_ERROR',
        },
      ],
    });
  });

  it('has the address and the warnings of an execution that was created', () => {
    const warnings = ['parameter A is "odd"', 'größer…'];

    expect(toCreatedResource({ execution, warnings })).not.toHaveProperty('preflight');
    expect(toCreateResponse({ execution, warnings })).toMatchObject({ warnings, preflight: undefined });
    expect(headersOf({ execution, warnings })).toEqual({
      location: '/api/v1/namespaces/payment/workflowexecutions/we-pod-crash',
      warning: ['299 - "parameter A is \\"odd\\""', '299 - "gr\\u00f6\\u00dfer\\u2026"'],
    });
  });
});
