import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anElection, type RequestOutcome } from './election.builders.ts';
import { settle } from './fake-clock.builders.ts';
import { silentLogger } from './logger.ts';

function anElectionOfTwo() {
  const { clock, server, candidates } = anElection(['a', 'b']);
  const [a, b] = candidates;
  return { clock, server, a: a!, b: b! };
}

describe('a candidate', () => {
  it('leads while the other waits', async () => {
    const { clock, server, a, b } = anElectionOfTwo();
    void a.start();
    void b.start();
    await clock.advance(60_000);
    expect([a.elector.isLeader, b.elector.isLeader]).toEqual([true, false]);
    expect([a.state.working, b.state.working]).toEqual([true, false]);
    expect(b.elector.leader).toBe('a');
    expect(server.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
    });
  });

  it('takes over soon after the leader releases its lease', async () => {
    const { clock, server, a, b } = anElectionOfTwo();
    void a.start();
    void b.start();
    await clock.advance(10_000);
    a.stop.abort();
    a.finish();
    await clock.advance(4_000);
    expect(a.state.end).toBe('stopped');
    expect(b.elector.isLeader).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('takes over from a dead leader, but not before its lease expires', async () => {
    const { clock, server, a, b } = anElectionOfTwo();
    void a.start();
    await clock.advance(100);
    server.fate = (who) => (who === 'a' ? 'refused' : 'ok');
    void b.start();
    await clock.advance(14_900);
    expect(b.elector.isLeader).toBe(false);
    await clock.advance(5_000);
    expect(b.elector.isLeader).toBe(true);
  });

  it('takes over from a leader with a lease of 68 years and logs the wait once', async () => {
    const lines: object[] = [];
    const note = (fields: object, message: string) => void lines.push({ ...fields, message });
    const log = { ...silentLogger, info: note, warn: note };
    const { clock, server, candidates } = anElection(['a'], { log });
    const [a] = candidates;
    const written = { leaseDurationSeconds: 2_147_483_647, leaseTransitions: 2_147_483_647 };
    const spec = { holderIdentity: 'mallory', renewTime: '2026-01-01T00:00:00.000000Z', ...written };
    const metadata = { name: 'leader', namespace: 'default', uid: 'u', resourceVersion: 'x', creationTimestamp: '' };
    server.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    void a!.start();
    await clock.advance(59_000);
    expect(a!.elector.isLeader).toBe(false);
    const fields = { leader: 'mallory', renewTime: spec.renewTime, leaseDurationSeconds: 2 ** 31 - 1 };
    expect(lines).toMatchObject([
      { ...fields, message: 'waiting for leader lease' },
      { ...fields, message: 'leader lease not renewed' },
    ]);
    await clock.advance(1_500);
    expect(a!.elector.isLeader).toBe(true);
    expect(server.lease.spec.leaseTransitions).toBe(2 ** 31 - 1);
  });

  it('stops without having led', async () => {
    const { clock, a, b } = anElectionOfTwo();
    void a.start();
    await clock.advance(100);
    void b.start();
    b.stop.abort();
    await clock.advance(0);
    expect(b.state).toMatchObject({ end: 'stopped', working: false });
  });

  it.each([
    [{ retryPeriodMs: 10_000 }, 'shorter than the renew deadline'],
    [{ renewDeadlineMs: 15_000 }, 'shorter than the lease'],
    [{ leaseDurationMs: 15_500 }, 'whole seconds'],
  ])('rejects the timing %j', (timing, message) => {
    expect(() => anElection(['a'], timing)).toThrow(message);
  });
});

describe('a leader', () => {
  it('keeps its lease while it drains, then releases it', async () => {
    const { clock, server, a, b } = anElectionOfTwo();
    void a.start();
    void b.start();
    await clock.advance(1_000);
    a.stop.abort();
    await clock.advance(60_000);
    expect(a.state).toMatchObject({ aborted: true, working: true, end: undefined });
    expect([a.elector.isLeader, b.elector.isLeader]).toEqual([true, false]);
    a.finish();
    await settle();
    expect(a.state.end).toBe('stopped');
    expect(server.lease?.spec.holderIdentity).toBe('');
    expect(a.elector.isLeader).toBe(false);
  });

  it.each(['refused', 'hangs'] as const)('stops at the renew deadline when the API server %s', async (fate) => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    server.fate = () => fate;
    await clock.advance(8_999);
    expect([a.elector.isLeader, a.state.aborted]).toEqual([true, false]);
    await clock.advance(1);
    expect(a.elector.isLeader).toBe(false);
    expect(a.state).toMatchObject({ aborted: true, end: 'lost' });
  });

  it('continues when the API server recovers in time, and after a lost response', async () => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    server.fate = () => 'lost';
    await clock.advance(2_000);
    server.fate = () => 'ok';
    await clock.advance(60_000);
    server.fate = () => 'refused';
    await clock.advance(7_000);
    server.fate = () => 'ok';
    await clock.advance(60_000);
    expect(a.elector.isLeader).toBe(true);
    expect(a.state.end).toBeUndefined();
  });

  it('stops when its lease has another holder, before the deadline', async () => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    const lease = server.lease!;
    server.lease = {
      ...lease,
      metadata: { ...lease.metadata, resourceVersion: 'x' },
      spec: { ...lease.spec, holderIdentity: 'b' },
    };
    await clock.advance(4_000);
    expect(a.state).toMatchObject({ aborted: true, end: 'lost' });
  });

  it('releases the lease when its work fails', async () => {
    const { server, a } = anElectionOfTwo();
    await expect(a.start(() => Promise.reject(new Error('no work')))).rejects.toThrow('no work');
    expect(server.lease?.spec.holderIdentity).toBe('');
  });

  it('stops even if it cannot release the lease', async () => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    server.fate = () => 'refused';
    a.finish();
    await settle();
    expect(a.state.end).toBe('stopped');
  });
});

it('there are never two leaders at the same time, whichever requests fail', async () => {
  const fate = fc.oneof(
    fc.constantFrom<RequestOutcome>('ok', 'ok', 'ok', 'refused', 'hangs', 'lost'),
    fc.record({ slowMs: fc.integer({ min: 1, max: 20_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { minLength: 10, maxLength: 60 }), async (fates) => {
      const { clock, server, candidates } = anElection(['a', 'b', 'c']);
      server.fate = () => fates.pop() ?? 'ok';
      for (const { start } of candidates) void start();
      // A minute without faults after the last one, or two and a half minutes in total.
      let [most, calm] = [0, 0];
      for (let i = 0; i < 300 && calm < 120; i++) {
        await clock.advance(500);
        most = Math.max(most, candidates.filter(({ elector }) => elector.isLeader).length);
        calm = fates.length === 0 ? calm + 1 : 0;
      }
      expect(most).toBeLessThanOrEqual(1);
      // Without faults one leads again, unless all have led and lost.
      const led = candidates.filter(({ state }) => state.end === 'lost').length;
      expect(candidates.filter(({ elector }) => elector.isLeader).length).toBe(led === candidates.length ? 0 : 1);
      for (const { stop, finish } of candidates) {
        stop.abort();
        finish();
      }
      await clock.advance(60_000);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 25 },
  );
});
