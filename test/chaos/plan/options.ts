import type { InterferenceKind } from './interference.ts';

/** How much happens in a chaos run, and in how much time. The same options give the same plan. */
export interface ChaosSize {
  /** Everything that is random in the plan follows from it: a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  readonly executions: number;
  /** How many resources the executions aim at. */
  readonly targets: number;
  /** How many namespaces the executions are in; each aims at any target. */
  readonly namespaces: number;
  /** How often a replica is ended by SIGKILL. */
  readonly kills: number;
  /** How often the leader is stopped by SIGSTOP, for longer than its lease lasts, and woken. */
  readonly freezes: number;
  readonly apiServerRestarts: number;
  /** How often the neighbour interferes; in addition to what it does while the leader is frozen. */
  readonly interferences: number;
  /** What it does; by default everything that it can. */
  readonly interferenceKinds?: readonly InterferenceKind[];
  /** How many executions run in a pod, where the cluster can run pods. */
  readonly pods: number;
  /** How long a PipelineRun without a pod runs at most, in milliseconds. */
  readonly longestRunMs: number;
  /** How many executions in a hundred are deleted, and how many are cancelled, a few seconds after their creation. */
  readonly deletedPercent: number;
  readonly cancelledPercent: number;
  /** In how many seconds all of this begins. What has begun then still gets its time to end. */
  readonly seconds: number;
  /** How long the others wait for a leader that has gone silent (the setting WFE_LEADER_LEASE), in seconds. */
  readonly leaseSeconds: number;
  /** How long a freeze lasts, in seconds; longer than the lease. */
  readonly freezeSeconds: number;
  /** The cooldown that the service is run with, in whole seconds. */
  readonly cooldownSeconds: number;
}

/** The chaos run that the service has to withstand. */
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

/** All of the full run in half the time: with a shorter lease there is a leader for about as much of it. */
export const quickSize: Omit<ChaosSize, 'seed'> = { ...fullSize, seconds: 180, leaseSeconds: 5, freezeSeconds: 9 };

/** a chaos run of a minute, for the test suite. The API server is left alone: other tests may be using it. */
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
