import { describe, expect, it } from '@jest/globals';
import { anElection } from './election.builders.ts';

describe('a permanent lease', () => {
  const permanent = { permanent: true };

  it('is refused to other identities, renewed or not', async () => {
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

  it('is refused even without a duration', async () => {
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

  it('is acquired by another process with the same identity', async () => {
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

  it('is lost when its holder is changed', async () => {
    const { clock, server, candidates } = anElection(['a'], permanent);
    const [a] = candidates;
    void a!.start();
    await clock.advance(1_000);
    const lease = server.lease!;
    const metadata = { ...lease.metadata, resourceVersion: 'x' };
    server.lease = { ...lease, metadata, spec: { ...lease.spec, holderIdentity: 'b' } };
    await clock.advance(4_000);
    expect(a!.state).toMatchObject({ aborted: true, end: 'lost' });
  });

  it('is recreated by its holder when it is deleted', async () => {
    const { clock, server, candidates } = anElection(['a'], permanent);
    const [a] = candidates;
    void a!.start();
    await clock.advance(1_000);
    server.lease = undefined;
    await clock.advance(6_000);
    expect([a!.state.aborted, a!.elector.isLeader]).toEqual([false, true]);
  });
});
