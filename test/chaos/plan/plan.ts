import { planDuringFreeze, planInterferences } from './interference.ts';
import type { Interference } from './interference.ts';
import type { ChaosSize } from './options.ts';
import { Random } from './random.ts';

/** A planned execution. */
export interface PlannedExecution {
  readonly name: string;
  /** Index of its namespace. */
  readonly namespace: number;
  /** As written; one target has several spellings. */
  readonly target: string;
  readonly workflowId: string;
  /** Undisturbed duration of its PipelineRun in milliseconds. */
  readonly runsMs: number;
  readonly succeeds: boolean;
  /** ttlSecondsAfterFinished; most have none. */
  readonly ttlSeconds?: number;
  /** Created on the API server, or through a replica's execution API. */
  readonly by: 'kubernetes' | 'api';
  /** Whether it runs in a pod, where pods can run. */
  readonly inPod: boolean;
}

/** An action, `atMs` milliseconds after the start. */
export type Action = { readonly atMs: number } & (
  | { readonly kind: 'create'; readonly execution: PlannedExecution }
  | { readonly kind: 'delete' | 'cancel'; readonly execution: PlannedExecution }
  | { readonly kind: 'kill'; readonly replica: number; readonly downMs: number }
  | { readonly kind: 'freeze'; readonly forMs: number }
  | { readonly kind: 'restart-api-server' }
  | { readonly kind: 'interfere'; readonly interference: Interference }
);

/** Number of replicas of the service. */
export const replicaCount = 2;

const workflows = ['restart', 'rollback'] as const;

/** All actions of a chaos run in order of time; a pure function of its size and seed. */
export function planChaos(size: ChaosSize): readonly Action[] {
  // Separate sequences, so that more kills do not change the executions.
  const executions = planExecutions(size, new Random(size.seed));
  const faults = planFaults(size, new Random(size.seed ^ 0x9e3779b9));
  const interferences = [
    ...planInterferences(size, new Random(size.seed ^ 0x85ebca6b)),
    ...faults.flatMap(({ kind, atMs }) => (kind === 'freeze' ? planDuringFreeze(size, atMs) : [])),
  ];
  return [...executions, ...faults, ...interferences].toSorted((a, b) => a.atMs - b.atMs);
}

/**
 * Executions come alone or in groups of two or three for one target: together, so that it is busy, or seconds apart, so that
 * it may be cooling down.
 */
function planExecutions(size: ChaosSize, random: Random): Action[] {
  const actions: Action[] = [];
  let created = 0;
  for (let group = 0; created < size.executions; group += 1) {
    const target = group < size.targets ? group : random.integer(0, size.targets - 1);
    const together = Math.min(random.pick([1, 1, 1, 2, 2, 3]), size.executions - created);
    const groupAtMs = random.next() * size.seconds * 1000;
    for (let member = 0; member < together; member += 1, created += 1) {
      const execution = planExecution(size, random, created, target);
      const atMs = Math.round(groupAtMs + random.next() * random.pick([1500, 12_000]));
      actions.push({ kind: 'create', atMs, execution }, ...planEarlyEnd(size, random, execution, atMs));
    }
  }
  return actions;
}

function planExecution(size: ChaosSize, random: Random, number: number, target: number): PlannedExecution {
  const inPod = size.pods > 0 && number % Math.ceil(size.executions / size.pods) === 0;
  return {
    name: `chaos-${String(number).padStart(4, '0')}`,
    namespace: random.integer(0, size.namespaces - 1),
    target: targetName(target, number),
    inPod,
    workflowId: random.pick(workflows),
    runsMs: random.integer(300, size.longestRunMs),
    succeeds: random.chance(0.8),
    by: random.chance(0.5) ? 'kubernetes' : 'api',
    ...(random.chance(0.1) ? { ttlSeconds: random.integer(0, 5) } : {}),
  };
}

const namespacedKinds = ['deployment', 'Deployment', 'deploy', 'deployments'] as const;
const clusterKinds = ['node', 'Node', 'no', 'nodes'] as const;

/**
 * Every fifth target is cluster-scoped.
 *
 * @param spelling index of its spelling
 */
function targetName(number: number, spelling: number): string {
  const kinds = number % 5 === 4 ? clusterKinds : namespacedKinds;
  const kind = kinds[spelling % kinds.length] ?? kinds[0];
  return number % 5 === 4 ? `${kind}/worker-${number}` : `shop/${kind}/app-${number}`;
}

function planEarlyEnd(size: ChaosSize, random: Random, execution: PlannedExecution, bornMs: number): Action[] {
  const actions: Action[] = [];
  for (const [kind, percent] of [
    ['cancel', size.cancelledPercent] as const,
    ['delete', size.deletedPercent] as const,
  ]) {
    const atMs = bornMs + random.integer(0, 8000);
    if (random.chance(percent / 100)) actions.push({ kind, atMs, execution });
  }
  return actions;
}

/** Faults are spread over the whole time, each in a slot of its own. */
function planFaults(size: ChaosSize, random: Random): Action[] {
  const spread = (count: number, make: (atMs: number) => Action) =>
    Array.from({ length: count }, (_, index) =>
      make(Math.round(((index + random.next()) / count) * size.seconds * 1000)),
    );
  return [
    ...spread(size.kills, (atMs) => {
      const replica = random.integer(0, replicaCount - 1);
      return { kind: 'kill', atMs, replica, downMs: random.integer(0, 4000) };
    }),
    ...spread(size.freezes, (atMs) => ({ kind: 'freeze', atMs, forMs: size.freezeSeconds * 1000 })),
    ...spread(size.apiServerRestarts, (atMs) => ({ kind: 'restart-api-server', atMs })),
  ];
}
