import type { CallOptions, KubernetesClient } from './client.ts';
import { sleep } from './async.ts';
import { AlreadyExistsError, CancelledError, ConflictError, NotFoundError, UnavailableError } from './errors.ts';
import { FakeClock } from './fake-clock.builders.ts';
import { LeaderElector, type LeaderElectorOptions, type LeadershipEnd } from './leader-elector.ts';
import type { Lease } from './lease.ts';

/** What happens to a request. `lost` takes effect, but its response does not arrive. */
export type RequestOutcome = 'ok' | 'refused' | 'hangs' | 'lost' | { readonly slowMs: number };

/** An API server with one Lease and programmable failures. */
class LeaseServer {
  lease: Lease | undefined;
  fate: (who: string) => RequestOutcome = () => 'ok';
  private version = 0;
  private readonly clock: FakeClock;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  clientOf(who: string): Pick<KubernetesClient, 'get' | 'create' | 'replace'> {
    const client = {
      get: (_resource: unknown, _key: unknown, options?: CallOptions) => this.serve(who, options, () => this.read()),
      create: (_resource: unknown, object: object, options?: CallOptions) =>
        this.serve(who, options, () => {
          if (this.lease) throw new AlreadyExistsError('it exists');
          return this.store(object as Lease);
        }),
      replace: (_resource: unknown, lease: Lease, options?: CallOptions) =>
        this.serve(who, options, () => {
          const { resourceVersion } = this.read().metadata;
          if (lease.metadata.resourceVersion !== resourceVersion) throw new ConflictError('changed');
          return this.store(lease);
        }),
    };
    return client as unknown as Pick<KubernetesClient, 'get' | 'create' | 'replace'>;
  }

  private read(): Lease {
    if (!this.lease) throw new NotFoundError('no lease');
    return this.lease;
  }

  private store(lease: Lease): Lease {
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: (++this.version).toString() } };
    return this.lease;
  }

  private async serve(who: string, options: CallOptions = {}, act: () => Lease): Promise<Lease> {
    const fate = this.fate(who);
    switch (fate) {
      case 'ok':
        return act();
      case 'refused':
        throw new UnavailableError('refused');
      case 'hangs':
        await this.passTime(Infinity, options);
        return act();
      case 'lost':
        act();
        await this.passTime(Infinity, options);
        return act();
      default:
        await this.passTime(fate.slowMs, options);
        return act();
    }
  }

  /** Waits; throws when that takes longer than the caller's timeout. */
  private async passTime(ms: number, { timeoutMs = 0, signal }: CallOptions): Promise<void> {
    await sleep(this.clock, Math.min(ms, timeoutMs), signal);
    if (signal?.aborted) throw new CancelledError('cancelled');
    if (ms > timeoutMs) throw new UnavailableError('time-out');
  }
}

/** Candidates for one Lease and their states. */
export function anElection(names: readonly string[], options: Partial<LeaderElectorOptions> = {}) {
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
    const state: { working: boolean; aborted: boolean; end: LeadershipEnd | undefined } = {
      working: false,
      aborted: false,
      end: undefined,
    };
    const finish = Promise.withResolvers<void>();
    const start = async (work?: () => Promise<void>) => {
      state.end = await elector.run(stop.signal, async (leading) => {
        state.working = true;
        leading.addEventListener('abort', () => (state.aborted = true));
        await (work?.() ?? finish.promise);
        state.working = false;
      });
    };
    return { identity, elector, stop, state, finish: finish.resolve, start };
  });
  return { clock, server, candidates };
}
