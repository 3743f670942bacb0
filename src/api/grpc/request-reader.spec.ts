import { describe, expect, it } from '@jest/globals';
import {
  CreateWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { lenient, wellFormed } from '../call/malformed-message.ts';
import { RequestReader } from './request-reader.ts';

const decodeCreate = lenient((bytes) => CreateWorkflowExecutionRequest.decode(new RequestReader(bytes)));
const decodeList = lenient((bytes) => ListWorkflowExecutionsRequest.decode(new RequestReader(bytes)));

function createWith(labels: number): Buffer {
  const entries = Array.from({ length: labels }, (_, at): [string, string] => [`label-${at}`, 'x']);
  const workflowExecution = { labels: Object.fromEntries(entries) };
  return Buffer.from(
    CreateWorkflowExecutionRequest.encode(CreateWorkflowExecutionRequest.fromPartial({ workflowExecution })).finish(),
  );
}

describe('the message of a request', () => {
  it('is read with as many fields and values as a request may have', () => {
    const { workflowExecution } = wellFormed(decodeCreate(createWith(1_000)));

    expect(Object.keys(workflowExecution?.labels ?? {})).toHaveLength(1_000);
  });

  it.each<[string, () => unknown]>([
    ['entries of a map', () => wellFormed(decodeCreate(createWith(2_000)))],
    [
      'numbers',
      () => wellFormed(decodeList(Buffer.concat([Buffer.from([0x22, 0x90, 0x4e]), Buffer.alloc(10_000, 1)]))),
    ],
    ['unknown fields', () => wellFormed(decodeList(Buffer.alloc(30_003, Buffer.from([0xf8, 0x7f, 1]))))],
  ])('is not read on when it has many %s', (_, read) => {
    expect(read).toThrow('must not have more than 1000 fields and values in all');
  });
});
