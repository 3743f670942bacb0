import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Call } from '../call/call.ts';
import { ApiError } from '../errors/api-error.ts';
import { OpenStreams, throwIfEnded } from './open-streams.ts';

const config = { maxStreams: 3, maxStreamsPerCaller: 2, authCacheMs: 1_000 };

function aCall(username: string, over: Partial<Call> = {}): Call {
  const caller = { username, groups: [], extra: {} };
  return { caller, signal: new AbortController().signal, recheck: () => Promise.resolve(), ...over };
}

describe('open streams', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('are not more than one caller may have, and those that have ended do not count', () => {
    const streams = new OpenStreams(config);
    const first = streams.open(aCall('alice'));
    streams.open(aCall('alice'));

    expect(() => streams.open(aCall('alice'))).toThrow('the caller has 2 streams open');
    first[Symbol.dispose]();
    expect(streams.open(aCall('alice')).signal.aborted).toBe(false);
  });

  it('are not more than there may be in all', () => {
    const streams = new OpenStreams(config);
    for (const name of ['alice', 'bob', 'carol']) streams.open(aCall(name));

    expect(() => streams.open(aCall('dave'))).toThrow(
      expect.objectContaining({ code: 'ResourceExhausted', details: { retryAfterMs: 5_000 } }),
    );
  });

  it('end when the caller goes away, which is no error', () => {
    const gone = new AbortController();
    const stream = new OpenStreams(config).open(aCall('alice', { signal: gone.signal }));

    gone.abort();

    expect(stream.signal.aborted).toBe(true);
    expect(() => throwIfEnded(stream)).not.toThrow();
  });

  it("end with what has become of the caller's right", async () => {
    const lost = new ApiError('PermissionDenied', 'alice may not any more');
    const recheck = jest.fn<() => Promise<void>>().mockResolvedValueOnce().mockRejectedValueOnce(lost);
    const stream = new OpenStreams(config).open(aCall('alice', { recheck }));

    await jest.advanceTimersByTimeAsync(1_000);
    expect(stream.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(() => throwIfEnded(stream)).toThrow(lost);
  });

  it('all end when the service stops, and no more are opened', () => {
    const streams = new OpenStreams(config);
    const stream = streams.open(aCall('alice'));
    const stopping = new ApiError('Unavailable', 'the service stops');

    streams.endAll(stopping);

    expect(() => throwIfEnded(stream)).toThrow(stopping);
    expect(() => streams.open(aCall('bob'))).toThrow(stopping);
  });
});
