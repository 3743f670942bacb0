import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import type { OpenStreams } from './open-streams.ts';
import { Drain } from './drain.ts';

/** A service with a delay of 5 s and a timeout of 30 s, and one server with a call in flight. */
function draining() {
  const clock = new FakeClock();
  const endAll = jest.fn<OpenStreams['endAll']>();
  const drain = new Drain({ endAll } as unknown as OpenStreams, { drainDelayMs: 5_000, shutdownMs: 30_000 }, clock);
  const inFlight = Promise.withResolvers<void>();
  const server = { close: jest.fn(() => inFlight.promise), force: jest.fn() };
  drain.add(server);
  let isOver = false;
  const over = drain.beforeApplicationShutdown().then(() => (isOver = true));
  return { clock, endAll, server, answer: inFlight.resolve, over, isOver: () => isOver };
}

describe('shutdown', () => {
  it('serves during the delay, then ends streams and accepts no new calls', async () => {
    const { clock, endAll, server } = draining();

    await clock.advance(4_999);
    expect([endAll.mock.calls.length, server.close.mock.calls.length]).toEqual([0, 0]);
    await clock.advance(1);

    expect(endAll).toHaveBeenCalledWith(expect.objectContaining({ code: 'Unavailable' }));
    expect(server.close).toHaveBeenCalledTimes(1);
  });

  it('waits for calls in flight', async () => {
    const { clock, server, answer, over, isOver } = draining();
    await clock.advance(20_000);
    expect(isOver()).toBe(false);

    answer();
    await over;

    expect(server.force).not.toHaveBeenCalled();
  });

  it('ends calls in flight at the timeout', async () => {
    const { clock, server, isOver } = draining();

    await clock.advance(30_000);
    await settle();

    expect([server.force.mock.calls.length, isOver()]).toEqual([1, true]);
  });
});
