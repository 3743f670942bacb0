import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { decodeRequest } from './service-definition.ts';

function createWith(labels: number): Buffer {
  const entries = Array.from({ length: labels }, (_, at): [string, string] => [`label-${at}`, 'x']);
  const workflowExecution = { labels: Object.fromEntries(entries) };
  return Buffer.from(
    CreateWorkflowExecutionRequest.encode(CreateWorkflowExecutionRequest.fromPartial({ workflowExecution })).finish(),
  );
}

describe('a decoded request', () => {
  it('is the message with its size, with as many fields and values as a request may have', () => {
    const bytes = createWith(1_000);

    const decoded = decodeRequest(CreateWorkflowExecutionRequest, bytes);

    expect(decoded).toEqual({ bytes: bytes.length, message: CreateWorkflowExecutionRequest.decode(bytes) });
  });

  it.each([
    ['truncated', Buffer.from([0x0a, 0xff])],
    ['not UTF-8', Buffer.from([0x0a, 0x01, 0xff])],
  ])('is an error of the client if it is %s', (_, bytes) => {
    expect(decodeRequest(CreateWorkflowExecutionRequest, bytes).message).toMatchObject({
      code: 'InvalidArgument',
      message: 'the request is not a message of its type',
    });
  });

  it.each([
    ['map entries', CreateWorkflowExecutionRequest, createWith(2_000)],
    [
      'numbers',
      ListWorkflowExecutionsRequest,
      Buffer.concat([Buffer.from([0x22, 0x90, 0x4e]), Buffer.alloc(10_000, 1)]),
    ],
    ['unknown fields', ListWorkflowExecutionsRequest, Buffer.alloc(30_003, Buffer.from([0xf8, 0x7f, 1]))],
  ])('is an error if it has too many %s', (_, type, bytes) => {
    expect(decodeRequest(type, bytes).message).toMatchObject({
      message: expect.stringContaining('must not have more than 1000 fields and values in all'),
    });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeRequest(CreateWorkflowExecutionRequest, Buffer.from(bytes))).not.toThrow();
      }),
    );
  });
});
