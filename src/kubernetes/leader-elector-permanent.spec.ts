import { describe, expect, it } from '@jest/globals';
import { anElection } from './election.builders.ts';

describe('a permanent lease', () => {
  const permanent = { permanent: true };

  it('is refused to everybody else as soon as it is seen, also when nobody renews it', async () => {
    const { clock, candidates } = anElection(['a', 'b'], permanent);
    const [a, b] = candidates;
    void a!.start();
    await clock.advance(1_000);
    a!.finish();
    await clock.advance(60_000);
    void b!.start();
    await clock.advance(1_000);
    expect([a!.state.end, b!.state.end, b!.state.working]).toEqual(['stopped', 'refused', false]);
    expect(b!.elector.leader).toBe('a');
  });

  it('is refused also when it says no duration, which would make another Lease free', async () => {
    const { clock, server, candidates } = anElection(['a', 'b'], permanent);
    const [a, b] = candidates;
    void a!.start();
    await clock.advance(1_000);
    a!.finish();
    await clock.advance(1_000);
    const lease = server.lease!;
    server.lease = { ...lease, spec: { ...lease.spec, leaseDurationSeconds: undefined } };
    void b!.start();
    await clock.advance(1_000);
    expect([b!.state.end, server.lease.spec.holderIdentity]).toEqual(['refused', 'a']);
  });

  it('is taken at once by another process with the same identity', async () => {
    const { clock, server, candidates } = anElection(['a', 'a'], permanent);
    const [first, second] = candidates;
    void first!.start();
    await clock.advance(1_000);
    first!.finish();
    await clock.advance(1_000);
    expect(server.lease?.spec.holderIdentity).toBe('a');
    void second!.start();
    await clock.advance(1_000);
    expect(second!.state.working).toBe(true);
  });

  it('is lost when somebody gives it to another', async () => {
    const { clock, server, candidates } = anElection(['a'], permanent);
    const [a] = candidates;
    void a!.start();
    await clock.advance(1_000);
    const lease = server.lease!;
    const metadata = { ...lease.metadata, resourceVersion: 'x' };
    server.lease = { ...lease, metadata, spec: { ...lease.spec, holderIdentity: 'b' } };
    await clock.advance(4_000);
    expect(a!.state).toMatchObject({ told: true, end: 'lost' });
  });

  it('is taken again by its holder when somebody deletes it', async () => {
    const { clock, server, candidates } = anElection(['a'], permanent);
    const [a] = candidates;
    void a!.start();
    await clock.advance(1_000);
    server.lease = undefined;
    await clock.advance(6_000);
    expect([a!.state.told, a!.elector.isLeader]).toEqual([false, true]);
  });
});
