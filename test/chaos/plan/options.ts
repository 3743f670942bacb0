import type { InterferenceKind } from './interference.ts';

/** Size of a chaos run. The same options give the same plan. */
export interface ChaosSize {
  /** Seed of the plan, from 0 to 2^32 - 1. */
  readonly seed: number;
  readonly executions: number;
  /** Number of target resources. */
  readonly targets: number;
  /** Number of namespaces of executions; each uses all targets. */
  readonly namespaces: number;
  /** Number of replicas to kill. */
  readonly kills: number;
  /** Number of freezes of the leader by SIGSTOP, each longer than the lease. */
  readonly freezes: number;
  readonly apiServerRestarts: number;
  /** Number of interferences, besides those while the leader is frozen. */
  readonly interferences: number;
  /** Kinds of interference; default all. */
  readonly interferenceKinds?: readonly InterferenceKind[];
  /** Number of executions with a pod, where pods can run. */
  readonly pods: number;
  /** Longest run without a pod, in milliseconds. */
  readonly longestRunMs: number;
  /** Percentage of executions that are deleted, and that are canceled, seconds after creation. */
  readonly deletedPercent: number;
  readonly cancelledPercent: number;
  /** Seconds in which all actions start; started ones complete afterwards. */
  readonly seconds: number;
  /** The setting WFE_LEADER_LEASE, in seconds. */
  readonly leaseSeconds: number;
  /** Duration of a freeze in seconds, longer than the lease. */
  readonly freezeSeconds: number;
  /** The service's cooldown in seconds. */
  readonly cooldownSeconds: number;
}

/** The full chaos run. */
export const fullSize: Omit<ChaosSize, 'seed'> = {
  executions: 300,
  targets: 30,
  namespaces: 3,
  kills: 20,
  freezes: 1,
  apiServerRestarts: 2,
  interferences: 90,
  pods: 20,
  longestRunMs: 6000,
  deletedPercent: 12,
  cancelledPercent: 12,
  seconds: 360,
  leaseSeconds: 15,
  freezeSeconds: 20,
  cooldownSeconds: 5,
};

/** The full run in half the time; a shorter lease keeps the share of time with a leader. */
export const quickSize: Omit<ChaosSize, 'seed'> = { ...fullSize, seconds: 180, leaseSeconds: 5, freezeSeconds: 9 };

/** One minute, for `npm test`; the API server is not restarted because other tests use it. */
export const smallSize: Omit<ChaosSize, 'seed'> = {
  ...quickSize,
  executions: 40,
  targets: 10,
  namespaces: 2,
  kills: 3,
  apiServerRestarts: 0,
  interferences: 9,
  pods: 8,
  seconds: 25,
};
