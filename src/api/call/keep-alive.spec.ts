import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { KeepAlive } from './keep-alive.ts';

/** A keep-alive, and how often it has sent something. */
function aKeepAlive() {
  const clock = new FakeClock();
  const seen = { sent: 0 };
  const keepAlive = new KeepAlive(clock, () => void seen.sent++);
  return { clock, seen, keepAlive };
}

describe('the keep-alive of a stream', () => {
  it('is sent whenever nothing was sent for 15 s', async () => {
    const { clock, seen } = aKeepAlive();

    await clock.advance(45_000);

    expect(seen.sent).toBe(3);
  });

  it('is not sent while there is something else', async () => {
    const { clock, seen, keepAlive } = aKeepAlive();
    for (let second = 0; second < 60; second += 10) {
      await clock.advance(10_000);
      keepAlive.sent();
    }

    expect(seen.sent).toBe(0);
    await clock.advance(15_000);
    expect(seen.sent).toBe(1);
  });

  it('is over with its stream', async () => {
    const { clock, seen, keepAlive } = aKeepAlive();
    keepAlive[Symbol.dispose]();

    await clock.advance(60_000);

    expect([seen.sent, clock.pending]).toEqual([0, 0]);
  });
});
