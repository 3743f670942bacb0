import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { signalOf } from './call.ts';

describe('the signal of a call', () => {
  it.each(['close', 'cancelled'] as const)('aborts with the event %s', (event) => {
    const call = new EventEmitter();
    const signal = signalOf(call, event);

    expect(signal.aborted).toBe(false);
    call.emit(event);
    expect(signal.aborted).toBe(true);
  });

  it('is aborted if the call was cancelled before', () => {
    const call = Object.assign(new EventEmitter(), { cancelled: true });

    expect(signalOf(call, 'cancelled').aborted).toBe(true);
  });
});
