import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CreateWorkflowExecutionRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { lenient, MalformedMessage, wellFormed } from './malformed-message.ts';

const decode = lenient((bytes) => CreateWorkflowExecutionRequest.decode(bytes));

describe('the bytes of a request', () => {
  it('that are a message are that message', () => {
    const request = CreateWorkflowExecutionRequest.fromPartial({ parent: 'namespaces/payment' });
    const bytes = Buffer.from(CreateWorkflowExecutionRequest.encode(request).finish());

    expect(wellFormed(decode(bytes))).toEqual(request);
  });

  it('that are none are the fault of the caller', () => {
    const malformed = decode(Buffer.from([0x0a, 0xff]));

    expect(malformed).toBeInstanceOf(MalformedMessage);
    expect(() => wellFormed(malformed)).toThrow('the request is not a message of its type');
  });

  it('never break the server, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decode(Buffer.from(bytes))).not.toThrow();
      }),
    );
  });
});
