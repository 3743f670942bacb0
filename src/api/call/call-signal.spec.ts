import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { signalOfCall, signalOfResponse } from './call-signal.ts';

describe('the caller of a gRPC method', () => {
  it('that goes away ends the work for it', () => {
    const call = Object.assign(new EventEmitter(), { cancelled: false });
    const signal = signalOfCall(call);

    expect(signal.aborted).toBe(false);
    call.emit('cancelled');
    expect(signal.aborted).toBe(true);
  });

  it('that went away before the work began has it not begun', () => {
    const call = Object.assign(new EventEmitter(), { cancelled: true });

    expect(signalOfCall(call).aborted).toBe(true);
  });
});

describe('the caller over HTTP', () => {
  it('that has its answer or hangs up before ends the work for it', () => {
    const response = new EventEmitter();
    const signal = signalOfResponse(response as unknown as Parameters<typeof signalOfResponse>[0]);

    response.emit('close');

    expect(signal.aborted).toBe(true);
  });
});
