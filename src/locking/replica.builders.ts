import { FakeApiServer, type FakeNetwork, type FakeRequest } from '../kubernetes/fake-api-server.builders.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import { ObjectStore } from '../kubernetes/store.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { applyList } from '../kubernetes/store.builders.ts';
import type { LockHolderState } from './lock-holders.ts';
import { lockName } from './lock-lease.ts';
import type { Claim, Cooldown, ExecutionId } from './lock-record.ts';
import { TargetLocks } from './target-locks.ts';

export const minutes = 60_000;

/** The namespace of the locks in tests. */
export const lockNamespace = 'kubernaut-system';

/** The target that the executions of a test want, and the key of its Lease. */
export const target = 'payment/deployment/payment-api';
export const key = { namespace: lockNamespace, name: lockName(target) };

/** When a test takes place, and minutes later. */
export const now = new Date('2026-01-02T03:04:05.678Z');
export const later = (age: number) => new Date(now.getTime() + age * minutes);

/** A signal that does not abort. */
export const { signal } = new AbortController();

/** The execution of this name in the namespace `payment`. */
export function anId(name: string): ExecutionId {
  return { namespace: 'payment', name, uid: `uid-${name}` };
}

/** The claim of the execution of this name. */
export function aClaim(name: string, workflowId = 'restart'): Claim {
  return { execution: anId(name), workflowId };
}

/** The cooldown of the execution of this name. */
export function aCooldown(name: string, ended: Date, workflowId = 'restart'): Cooldown {
  return { workflowId, execution: anId(name), completionTime: ended.toISOString() };
}

/** States of executions in the cache and on the API server, by name; live by default. */
export class FakeHolders {
  readonly cachedStates = new Map<string, LockHolderState>();
  readonly liveStates = new Map<string, LockHolderState>();
  /** The names of the executions that were read live. */
  readonly liveReads: string[] = [];

  cached({ name }: ExecutionId): LockHolderState {
    return this.cachedStates.get(name) ?? { kind: 'live' };
  }

  live({ name }: ExecutionId, signal: AbortSignal): Promise<LockHolderState> {
    signal.throwIfAborted();
    this.liveReads.push(name);
    return Promise.resolve(this.liveStates.get(name) ?? { kind: 'live' });
  }
}

/** A replica of the service with its client and a cache of Leases that a test updates with `sync`. */
export function aReplica({
  server = new FakeApiServer(),
  holders = new FakeHolders(),
  network = {},
  cooldownMs = 5 * minutes,
}: { server?: FakeApiServer; holders?: FakeHolders; network?: FakeNetwork; cooldownMs?: number } = {}) {
  const store = new ObjectStore<Lease>({}, () => undefined);
  const contention: string[] = [];
  const counter = {
    inc: ({ cause }: { cause: string }, by = 1) => void contention.push(by === 1 ? cause : `${cause}+${by}`),
  };
  const locks = new TargetLocks(
    server.client(network),
    { store } as unknown as Reflector<Lease>,
    holders,
    { namespace: lockNamespace, cooldownMs },
    counter as never,
  );
  const sync = () => applyList(store, server.list(leaseResource), server.revision);
  sync();
  return { server, holders, locks, store, contention, sync };
}

/** The Lease of a target on the server; undefined if there is none. */
export function leaseOf(server: FakeApiServer, target: string): Lease | undefined {
  return server.list(leaseResource, lockNamespace).find(({ metadata }) => metadata.name === lockName(target));
}

/** Calls `act` before requests of a verb reach the server, at most `times` times. */
export function interrupting(verb: FakeRequest['verb'], act: () => unknown, times = 1): FakeNetwork {
  let left = times;
  return {
    before: async (request) => {
      if (request.verb === verb && left-- > 0) await act();
    },
  };
}

/** Changes the resourceVersion of a Lease without changing its lock. */
export function touching(server: FakeApiServer, target: string): () => Promise<unknown> {
  let touches = 0;
  return () => {
    const annotations = { 'kubernaut.ai/test': `${(touches += 1)}` };
    const key = { namespace: lockNamespace, name: lockName(target) };
    return server.client().patch(leaseResource, key, { metadata: { annotations } });
  };
}

/** Two replicas on one server with the same executions. */
export function twoReplicas() {
  const [server, holders] = [new FakeApiServer(), new FakeHolders()];
  return { server, holders, one: aReplica({ server, holders }), other: aReplica({ server, holders }) };
}
