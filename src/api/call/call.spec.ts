import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { callOf, setCallContext, signalOf } from './call.ts';

describe('the signal of a call', () => {
  it.each(['close', 'cancelled'] as const)('aborts with the event %s', (event) => {
    const call = new EventEmitter();
    const signal = signalOf(call, event);

    expect(signal.aborted).toBe(false);
    call.emit(event);
    expect(signal.aborted).toBe(true);
  });

  it.each([
    ['a canceled call', 'cancelled', { cancelled: true }],
    ['a response whose client is gone', 'close', { closed: true }],
  ] as const)('is aborted for %s', (_, event, state) => {
    expect(signalOf(Object.assign(new EventEmitter(), state), event).aborted).toBe(true);
  });
});

it('a request over REST that is aborted loses its connection', () => {
  const response = Object.assign(new EventEmitter(), { destroy: jest.fn() });
  const request = {};
  const http = { getRequest: () => request, getResponse: () => response };
  const context = {
    getType: () => 'http',
    switchToHttp: () => http,
  } as unknown as ExecutionContext;
  setCallContext(context, { recheck: () => Promise.resolve() });

  callOf(context).abort();

  expect(response.destroy).toHaveBeenCalled();
});
