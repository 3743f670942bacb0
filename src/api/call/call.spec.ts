import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { signalOfGrpcCall, signalOfResponse } from './call.ts';

describe('the signal of a gRPC call', () => {
  it('aborts when the call is cancelled', () => {
    const call = Object.assign(new EventEmitter(), { cancelled: false });
    const signal = signalOfGrpcCall(call);

    expect(signal.aborted).toBe(false);
    call.emit('cancelled');
    expect(signal.aborted).toBe(true);
  });

  it('is aborted if the call was cancelled before', () => {
    const call = Object.assign(new EventEmitter(), { cancelled: true });

    expect(signalOfGrpcCall(call).aborted).toBe(true);
  });
});

describe('the signal of a response', () => {
  it('aborts when the response is closed', () => {
    const response = new EventEmitter();
    const signal = signalOfResponse(response as unknown as Parameters<typeof signalOfResponse>[0]);

    response.emit('close');

    expect(signal.aborted).toBe(true);
  });
});
