import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { Call } from './call.ts';
import { ApiError } from '../errors/api-error.ts';
import { OpenStreams, throwIfEnded } from './open-streams.ts';

const config = { maxStreams: 3, maxStreamsPerCaller: 2, authCacheMs: 1_000 };

function aCall(username: string, over: Partial<Call> = {}): Call {
  const caller = { username, groups: [], extra: {} };
  return {
    caller,
    signal: new AbortController().signal,
    abort: () => undefined,
    recheck: () => Promise.resolve(),
    ...over,
  };
}

describe('open streams', () => {
  it('are bounded per caller, not counting those that have ended', () => {
    const streams = new OpenStreams(config, new FakeClock());
    const first = streams.open(aCall('alice'));
    streams.open(aCall('alice'));

    expect(() => streams.open(aCall('alice'))).toThrow('the caller has reached its limit of 2 open streams');
    first[Symbol.dispose]();
    expect(streams.open(aCall('alice')).signal.aborted).toBe(false);
  });

  it('are bounded in total', () => {
    const streams = new OpenStreams(config, new FakeClock());
    for (const name of ['alice', 'bob', 'carol']) streams.open(aCall(name));

    expect(() => streams.open(aCall('dave'))).toThrow(
      expect.objectContaining({ code: 'ResourceExhausted', details: { retryAfterMs: 5_000 } }),
    );
  });

  it('end without an error when the client disconnects', () => {
    const client = new AbortController();
    const stream = new OpenStreams(config, new FakeClock()).open(aCall('alice', { signal: client.signal }));

    client.abort();

    expect(stream.signal.aborted).toBe(true);
    expect(() => throwIfEnded(stream)).not.toThrow();
  });

  it('end with the error of the recheck', async () => {
    const lost = new ApiError('PermissionDenied', 'alice may not watch');
    const recheck = jest.fn<() => Promise<void>>().mockResolvedValueOnce().mockRejectedValueOnce(lost);
    const clock = new FakeClock();
    const stream = new OpenStreams(config, clock).open(aCall('alice', { recheck }));

    await clock.advance(1_000);
    expect(stream.signal.aborted).toBe(false);
    await clock.advance(1_000);

    expect(() => throwIfEnded(stream)).toThrow(lost);
  });

  it('end when their connection reaches its maximum age', async () => {
    const clock = new FakeClock();
    const stream = new OpenStreams(config, clock).open(aCall('alice', { endsInMs: 5_000 }));

    await clock.advance(4_999);
    expect(stream.signal.aborted).toBe(false);
    await clock.advance(1);

    expect(() => throwIfEnded(stream)).toThrow('the connection has reached its maximum age');
  });

  it('leave no timer behind', async () => {
    const clock = new FakeClock();
    const recheck = jest.fn(() => Promise.resolve());
    const stream = new OpenStreams(config, clock).open(aCall('alice', { recheck, endsInMs: 5_000 }));

    stream[Symbol.dispose]();
    await clock.advance(10_000);

    expect(recheck).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it('end at shutdown, and no more are opened', () => {
    const streams = new OpenStreams(config, new FakeClock());
    const stream = streams.open(aCall('alice'));
    const stopping = new ApiError('Unavailable', 'shutting down');

    streams.endAll(stopping);

    expect(() => throwIfEnded(stream)).toThrow(stopping);
    expect(() => streams.open(aCall('bob'))).toThrow(stopping);
  });
});
