import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CreateWorkflowExecutionRequest,
  WorkflowExecutionServiceService,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { plainJsonLimits } from '../validation/validation.pipe.ts';
import { decodeRequest } from './service-definition.ts';

const { createWorkflowExecution: create, listWorkflowExecutions: list } = WorkflowExecutionServiceService;

function createWith(labels: number): Buffer {
  const entries = Array.from({ length: labels }, (_, at): [string, string] => [`label-${at}`, 'x']);
  const workflowExecution = { labels: Object.fromEntries(entries) };
  return Buffer.from(
    CreateWorkflowExecutionRequest.encode(CreateWorkflowExecutionRequest.fromPartial({ workflowExecution })).finish(),
  );
}

describe('a decoded request', () => {
  it('is the message with its size, with as many fields and values as a request may have', () => {
    const bytes = createWith(plainJsonLimits.values);

    const decoded = decodeRequest(create, bytes);

    expect(decoded).toEqual({ bytes: bytes.length, message: CreateWorkflowExecutionRequest.decode(bytes) });
  });

  it.each([
    ['truncated', Buffer.from([0x0a, 0xff])],
    ['not UTF-8', Buffer.from([0x0a, 0x01, 0xff])],
  ])('is an error of the client if it is %s', (_, bytes) => {
    expect(decodeRequest(create, bytes).message).toMatchObject({
      code: 'InvalidArgument',
      message: 'the request message cannot be decoded',
    });
  });

  it.each([
    ['map entries', create, createWith(2 * plainJsonLimits.values)],
    ['numbers', list, Buffer.concat([Buffer.from([0x22, 0x90, 0x4e]), Buffer.alloc(10_000, 1)])],
    ['unknown fields', list, Buffer.alloc(30_003, Buffer.from([0xf8, 0x7f, 1]))],
  ])('is an error if it has too many %s', (_, method, bytes) => {
    expect(decodeRequest(method, bytes).message).toMatchObject({
      message: expect.stringContaining(plainJsonLimits.tooManyValues),
    });
  });

  it('never throws for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeRequest(create, Buffer.from(bytes))).not.toThrow();
      }),
    );
  });
});
