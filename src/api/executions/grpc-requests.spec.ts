import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toMessage } from '../resource/to-message.ts';
import { anyExecution } from './execution.builders.ts';
import { parseCreateRequest, parseListRequest, toCreateBody } from './grpc-requests.ts';

/** The maps, unless they are empty: proto3 does not distinguish an empty map from an unset one. */
function unlessEmpty(maps: Record<string, object | undefined>): object {
  return Object.values(maps).every((map) => Object.keys(map ?? {}).length === 0) ? {} : maps;
}

describe('a create request', () => {
  it('is the inverse of toMessage', () => {
    fc.assert(
      fc.property(anyExecution, (execution) => {
        const { metadata, spec } = execution;
        const { parameters, ...rest } = spec;
        const request = CreateWorkflowExecutionRequest.fromPartial({ workflowExecution: toMessage(execution) });

        expect(toCreateBody(request)).toEqual({
          metadata: {
            ...unlessEmpty({ labels: metadata.labels }),
            ...unlessEmpty({ annotations: metadata.annotations }),
          },
          spec: { ...rest, ...unlessEmpty({ parameters }) },
        });
      }),
    );
  });

  it.each(['timeout', 'finallyTimeout'])('with an invalid duration as %s is refused', async (field) => {
    const executionConfig = { [field]: { seconds: 1, nanos: 2e9 } };
    const workflowExecution = { spec: { executionConfig } };
    const request = CreateWorkflowExecutionRequest.fromPartial({ parent: 'namespaces/payment', workflowExecution });

    await expect(parseCreateRequest(request)).rejects.toHaveProperty(
      'details.violations',
      expect.arrayContaining([expect.objectContaining({ path: ['spec', 'executionConfig', field] })]),
    );
  });

  it.each([
    ['metadata.labels', (map: object) => ({ labels: map })],
    ['metadata.annotations', (map: object) => ({ annotations: map })],
    ['spec.parameters', (map: object) => ({ spec: { parameters: map } })],
  ])('with a key __proto__ in %s is refused as over REST', async (field, resourceWith) => {
    // As long as `__proto__`, which the generated code does not encode.
    const key = '__prot0__';
    const workflowExecution = resourceWith({ [key]: 'x' });
    const request = CreateWorkflowExecutionRequest.fromPartial({ parent: 'namespaces/payment', workflowExecution });
    const bytes = Buffer.from(CreateWorkflowExecutionRequest.encode(request).finish());
    bytes.write('__proto__', bytes.indexOf(key));

    const received = CreateWorkflowExecutionRequest.decode(bytes);

    await expect(parseCreateRequest(received)).rejects.toThrow(`${field}.__proto__: is not a known field`);
  });
});

describe('a list request', () => {
  it.each([
    ['one namespace', 'namespaces/payment', { namespace: 'payment', pageSize: 7, filter: { phase: [] } }],
    ['all namespaces', 'namespaces/-', { pageSize: 7, filter: { phase: [] } }],
  ])('selects %s', async (_, parent, command) => {
    const parsed = await parseListRequest(ListWorkflowExecutionsRequest.fromPartial({ parent, pageSize: 7 }));
    expect({ ...parsed, filter: { ...parsed.filter } }).toEqual(command);
  });

  it.each([
    ['', 0, 'parent'],
    ['namespaces/', 0, 'parent'],
    ['namespaces/Payment', 0, 'parent'],
    ['projects/payment', 0, 'parent'],
    ['namespaces/payment', -1, 'limit'],
  ])('with parent %j and page size %i is refused for its %s', async (parent, pageSize, field) => {
    await expect(parseListRequest(ListWorkflowExecutionsRequest.fromPartial({ parent, pageSize }))).rejects.toThrow(
      expect.objectContaining({ details: { violations: [expect.objectContaining({ path: [field] })] } }),
    );
  });
});
