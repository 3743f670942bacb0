import { expect, it } from '@jest/globals';
import { CreateWorkflowExecutionRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { CreateRequestPipe } from './request.pipes.ts';

/** A key as long as `__proto__`, which the generated code does not encode. */
const key = '__prot0__';

it.each([
  ['metadata.labels', { labels: { [key]: 'x' } }],
  ['metadata.annotations', { annotations: { [key]: 'x' } }],
  ['spec.parameters', { spec: { parameters: { [key]: 'x' } } }],
])('a key __proto__ in %s is refused over gRPC as over REST', async (field, workflowExecution) => {
  const request = CreateWorkflowExecutionRequest.fromPartial({ parent: 'namespaces/payment', workflowExecution });
  const bytes = Buffer.from(CreateWorkflowExecutionRequest.encode(request).finish());
  bytes.write('__proto__', bytes.indexOf(key));

  const received = CreateWorkflowExecutionRequest.decode(bytes);

  await expect(new CreateRequestPipe().transform(received)).rejects.toThrow(`${field}.__proto__: is not a known field`);
});
