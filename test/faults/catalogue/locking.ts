import type { Fault } from '../fault.ts';

/** Faults of the lock on a target and of leadership. */
export const lockingFaults: readonly Fault[] = [
  {
    name: 'a lock is taken without compare-and-swap',
    file: 'src/locking/lock-lease.ts',
    find: 'metadata: { uid, resourceVersion, annotations: {',
    replace: 'metadata: { uid, annotations: {',
    caughtBy: ['src/locking/lock-lease.spec.ts', 'src/locking/target-locks.spec.ts'],
  },
  {
    name: 'a lock is removed without a precondition',
    file: 'src/locking/target-locks.ts',
    find: 'metadata, { preconditions: { uid, resourceVersion }, signal }',
    replace: 'metadata, { signal }',
    caughtBy: ['src/locking/target-locks-release.spec.ts'],
  },
  {
    name: 'the holder of a lock is compared by name only',
    file: 'src/locking/lock-record.ts',
    find: 'return a.uid === b.uid && a.namespace',
    replace: 'return a.namespace',
    caughtBy: ['src/locking/lock-record.spec.ts'],
  },
  {
    name: 'the cooldown is ignored',
    file: 'src/locking/lock-record.ts',
    find: 'cooling !== undefined && cooling.remainingMs > 0',
    replace: 'cooling !== undefined && cooling.remainingMs > Infinity',
    caughtBy: ['src/locking/lock-record.spec.ts'],
  },
  {
    name: 'a holder that was not asked counts as ended',
    file: 'src/locking/target-locks.ts',
    find: "if (state.kind === 'live') return record;",
    replace: "if (state.kind === 'live' && live) return record;",
    caughtBy: ['src/locking/target-locks.spec.ts'],
  },
  {
    name: 'a lost lock frees the target of an execution that runs',
    file: 'src/locking/target-locks.ts',
    find: 'if (occupant !== undefined) return this.#busy(occupant);',
    replace: '',
    caughtBy: ['src/locking/target-locks-evidence.spec.ts'],
  },
  {
    name: 'a lost lock ends a cooldown',
    file: 'src/locking/target-locks.ts',
    find: 'evidence?.cooldowns ?? []',
    replace: '[]',
    caughtBy: ['src/locking/target-locks-evidence.spec.ts'],
  },
  {
    name: 'a lock is restored over another execution that lives',
    file: 'src/locking/target-locks.ts',
    find: 'if (record.holder !== undefined) return;',
    replace: '',
    caughtBy: ['src/locking/target-locks-evidence.spec.ts'],
  },
  {
    name: 'a workflow of another repository cools down',
    file: 'src/locking/lock-record.ts',
    find: 'b.repository === undefined || a.repository === b.repository',
    replace: 'b.repository === undefined || a.repository !== undefined',
    caughtBy: ['src/locking/workflow-identity.spec.ts'],
  },
  {
    name: 'a second installation takes over from the first',
    file: 'src/kubernetes/lease-claim.ts',
    find: 'return permanent !== true && this.runsOutInMs',
    replace: 'return this.runsOutInMs',
    caughtBy: ['src/kubernetes/permanent-lease.spec.ts'],
  },
  {
    name: 'a Lease of another leader counts as free before it has run out',
    file: 'src/kubernetes/lease-claim.ts',
    find: 'this.runsOutInMs <= 0;',
    replace: 'this.runsOutInMs <= 5_000;',
    caughtBy: ['src/kubernetes/leader-elector.spec.ts'],
  },
  {
    name: 'a replica writes without being asked whether it leads',
    file: 'src/kubernetes/transport.ts',
    find: "if (api.method !== 'GET' && !this.#mayWrite()) {",
    replace: "if (api.method === 'TRACE' && !this.#mayWrite()) {",
    caughtBy: ['src/kubernetes/transport.spec.ts'],
  },
];
