import { expect, it } from '@jest/globals';
import { DeleteWorkflowExecutionRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { validated } from '../validation/validation.pipe.ts';
import { parseDeleteRequest } from './grpc-requests.ts';
import { DeleteQuery, ListQuery } from './requests.ts';

it.each(['uid', 'resourceVersion'])('an empty %s is no precondition of a delete, but an error', async (parameter) => {
  await expect(validated(DeleteQuery, { [parameter]: '' })).rejects.toThrow(`${parameter}: must be 1 to `);
});

it.each(['continue', 'minResourceVersion', 'limit'])('an empty %s does not start a list over', async (parameter) => {
  await expect(validated(ListQuery, { [parameter]: '' })).rejects.toThrow(`${parameter}: must be `);
});

it('an empty precondition of a delete is an unset one over gRPC', async () => {
  const name = 'namespaces/payment/workflowExecutions/we-1';
  const command = await parseDeleteRequest(DeleteWorkflowExecutionRequest.fromPartial({ name, uid: 'x' }));

  expect({ ...command }).toEqual({ key: { namespace: 'payment', name: 'we-1' }, uid: 'x' });
});
