import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallOptions, KubernetesClient } from './client.ts';
import { sleep } from './clock.ts';
import { AlreadyExistsError, CancelledError, ConflictError, NotFoundError, UnavailableError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { LeaderElector, type LeaderElectorOptions, type LeadershipEnd } from './leader-elector.ts';
import type { Lease } from './lease.ts';

/** What befalls a request. `lost` takes effect, but its answer does not arrive. */
type Fate = 'ok' | 'refused' | 'hangs' | 'lost' | { readonly slowMs: number };

/** An API server that holds one Lease, compares and swaps, and treats each request as it is told. */
class LeaseServer {
  lease: Lease | undefined;
  fate: (who: string) => Fate = () => 'ok';
  #version = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  clientOf(who: string): Pick<KubernetesClient, 'get' | 'create' | 'replace'> {
    const client = {
      get: (_resource: unknown, _key: unknown, options?: CallOptions) => this.#serve(who, options, () => this.#read()),
      create: (_resource: unknown, object: object, options?: CallOptions) =>
        this.#serve(who, options, () => {
          if (this.lease) throw new AlreadyExistsError('there is one');
          return this.#store(object as Lease);
        }),
      replace: (_resource: unknown, lease: Lease, options?: CallOptions) =>
        this.#serve(who, options, () => {
          const { resourceVersion } = this.#read().metadata;
          if (lease.metadata.resourceVersion !== resourceVersion) throw new ConflictError('changed');
          return this.#store(lease);
        }),
    };
    return client as unknown as Pick<KubernetesClient, 'get' | 'create' | 'replace'>;
  }

  #read(): Lease {
    if (!this.lease) throw new NotFoundError('no lease');
    return this.lease;
  }

  #store(lease: Lease): Lease {
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: (++this.#version).toString() } };
    return this.lease;
  }

  async #serve(who: string, options: CallOptions = {}, act: () => Lease): Promise<Lease> {
    const fate = this.fate(who);
    switch (fate) {
      case 'ok':
        return act();
      case 'refused':
        throw new UnavailableError('refused');
      case 'hangs':
        await this.#passTime(Infinity, options);
        return act();
      case 'lost':
        act();
        await this.#passTime(Infinity, options);
        return act();
      default:
        await this.#passTime(fate.slowMs, options);
        return act();
    }
  }

  /** Lets time pass; throws when that is longer than the caller waits. */
  async #passTime(ms: number, { timeoutMs = 0, signal }: CallOptions): Promise<void> {
    await sleep(this.#clock, Math.min(ms, timeoutMs), signal);
    if (signal?.aborted) throw new CancelledError('cancelled');
    if (ms > timeoutMs) throw new UnavailableError('time-out');
  }
}

/** Candidates for one lease, and what they are doing. */
function anElection(names: readonly string[], options: Partial<LeaderElectorOptions> = {}) {
  const clock = new FakeClock();
  const server = new LeaseServer(clock);
  const candidates = names.map((identity) => {
    const elector = new LeaderElector({
      client: server.clientOf(identity),
      lease: { namespace: 'default', name: 'leader' },
      identity,
      clock,
      random: () => 0.5,
      ...options,
    });
    const stop = new AbortController();
    const state: { working: boolean; told: boolean; end: LeadershipEnd | undefined } = {
      working: false,
      told: false,
      end: undefined,
    };
    const finish = Promise.withResolvers<void>();
    const start = async (work?: () => Promise<void>) => {
      state.end = await elector.run(stop.signal, async (leading) => {
        state.working = true;
        leading.addEventListener('abort', () => (state.told = true));
        await (work?.() ?? finish.promise);
        state.working = false;
      });
    };
    return { identity, elector, stop, state, finish: finish.resolve, start };
  });
  return { clock, server, candidates };
}

function anElectionOfTwo() {
  const { clock, server, candidates } = anElection(['a', 'b']);
  const [a, b] = candidates;
  return { clock, server, a: a!, b: b! };
}

describe('a candidate', () => {
  it('leads when nobody does, and the other waits', async () => {
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

  it('takes over soon after the leader has released its lease', async () => {
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

  it('takes over from a leader that is gone, but not before its lease has run out', async () => {
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

  it('gives up when it is told to, without ever having led', async () => {
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
  ])('does not take %j for its timing', (timing, message) => {
    expect(() => anElection(['a'], timing)).toThrow(message);
  });
});

describe('a leader', () => {
  it('keeps its lease while it drains, and releases it after', async () => {
    const { clock, server, a, b } = anElectionOfTwo();
    void a.start();
    void b.start();
    await clock.advance(1_000);
    a.stop.abort();
    await clock.advance(60_000);
    expect(a.state).toMatchObject({ told: true, working: true, end: undefined });
    expect([a.elector.isLeader, b.elector.isLeader]).toEqual([true, false]);
    a.finish();
    await settle();
    expect(a.state.end).toBe('stopped');
    expect(server.lease?.spec.holderIdentity).toBe('');
    expect(a.elector.isLeader).toBe(false);
  });

  it.each(['refused', 'hangs'] as const)('stops after the renew deadline when the API server %s', async (fate) => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    server.fate = () => fate;
    await clock.advance(8_999);
    expect([a.elector.isLeader, a.state.told]).toEqual([true, false]);
    await clock.advance(1);
    expect(a.elector.isLeader).toBe(false);
    expect(a.state).toMatchObject({ told: true, end: 'lost' });
  });

  it('goes on when the API server comes back in time, and when an answer was lost', async () => {
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

  it('stops when somebody else has its lease, without waiting for its deadline', async () => {
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
    expect(a.state).toMatchObject({ told: true, end: 'lost' });
  });

  it('whose work fails releases the lease and says so', async () => {
    const { server, a } = anElectionOfTwo();
    await expect(a.start(() => Promise.reject(new Error('no work')))).rejects.toThrow('no work');
    expect(server.lease?.spec.holderIdentity).toBe('');
  });

  it('that cannot release its lease ends nevertheless', async () => {
    const { clock, server, a } = anElectionOfTwo();
    void a.start();
    await clock.advance(1_000);
    server.fate = () => 'refused';
    a.finish();
    await settle();
    expect(a.state.end).toBe('stopped');
  });
});

it('whatever happens to their requests, there are never two leaders at once', async () => {
  const fate = fc.oneof(
    fc.constantFrom<Fate>('ok', 'ok', 'ok', 'refused', 'hangs', 'lost'),
    fc.record({ slowMs: fc.integer({ min: 1, max: 20_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { minLength: 10, maxLength: 60 }), async (fates) => {
      const { clock, server, candidates } = anElection(['a', 'b', 'c']);
      server.fate = () => fates.pop() ?? 'ok';
      for (const { start } of candidates) void start();
      for (let i = 0; i < 300; i++) {
        await clock.advance(500);
        expect(candidates.filter(({ elector }) => elector.isLeader).length).toBeLessThanOrEqual(1);
      }
      // In good weather again one leads, unless all have led and lost.
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
