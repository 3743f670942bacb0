import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { AnonymousCalls } from './anonymous-calls.ts';

/** How many of so many calls are admitted, on one connection of which none is authenticated. */
function admitted(calls: AnonymousCalls, connection: number, count: number): number {
  return Array.from({ length: count }, () => calls.admits({ remotePort: connection })).filter(Boolean).length;
}

describe('calls before one is authenticated', () => {
  it('are bounded over all connections, but for the first ones of each', async () => {
    const made = new Map<number | undefined, number>();
    const countAnonymousCall = ({ remotePort }: { remotePort?: number }) => {
      const count = (made.get(remotePort) ?? 0) + 1;
      made.set(remotePort, count);
      return count;
    };
    const clock = new FakeClock();
    const calls = new AnonymousCalls({ countAnonymousCall }, clock);

    expect(admitted(calls, 1, 2_000)).toBe(1_010);
    expect(admitted(calls, 2, 20)).toBe(10);
    await clock.advance(50);
    expect(admitted(calls, 1, 20)).toBe(10);
  });

  it('are not counted any more when one was', () => {
    const calls = new AnonymousCalls({ countAnonymousCall: () => 0 }, new FakeClock());

    expect(admitted(calls, 1, 5_000)).toBe(5_000);
  });
});
