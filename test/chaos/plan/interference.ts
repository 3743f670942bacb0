import type { ChaosSize } from './options.ts';
import type { Random } from './random.ts';

/** What the neighbour does. Each kind meets a defence of the service that the admission policy would spare it. */
export const interferenceKinds = [
  /** Deletes the Lease of a running execution, again and again. */
  'delete-lock',
  /** Removes the holder from it, again and again. */
  'empty-lock',
  /** Names an execution that has ended, or does not exist, as its holder, again and again. */
  'reassign-lock',
  /** Removes all labels from a running PipelineRun. */
  'strip-labels',
  /** Removes all owner references from a running PipelineRun. */
  'strip-owners',
  /** Deletes a running PipelineRun. */
  'delete-run',
  /** Deletes a running PipelineRun, its finalizer too, and creates one with another pipeline under its name. */
  'replace-run',
  /** Creates the PipelineRun of a new execution before the service does, with another pipeline. */
  'forge-run',
  /** Deletes PipelineRuns as soon as they have ended. */
  'prune-runs',
] as const;

/** One of the things that the neighbour does. */
export type InterferenceKind = (typeof interferenceKinds)[number];

/** Something that the neighbour does once, or goes on with for some time. */
export interface Interference {
  readonly kind: InterferenceKind;
  /** From 0 to below 1: which of those that it can be done to. */
  readonly choice: number;
  /** How long it goes on, in milliseconds. */
  readonly forMs: number;
}

/** The part of the chaos run after which nothing new is begun: later there might be nothing left to interfere with. */
const lastPart = 0.8;
const longestMs = 2500;

/** Every kind in turn, so that each happens as often, each somewhere in a share of the time of its own. */
export function planInterferences(size: ChaosSize, random: Random) {
  const kinds = size.interferenceKinds ?? interferenceKinds;
  const first = random.integer(0, kinds.length - 1);
  return Array.from({ length: size.interferences }, (_, index) => {
    const kind = kinds[(first + index) % kinds.length] ?? 'delete-lock';
    const atMs = Math.round(((index + random.next()) / size.interferences) * size.seconds * lastPart * 1000);
    const interference: Interference = { kind, choice: random.next(), forMs: random.integer(500, longestMs) };
    return { kind: 'interfere', atMs, interference } as const;
  });
}

/** Nobody defends anything while the leader is frozen: that is when the neighbour can do the most. */
export function planDuringFreeze(size: ChaosSize, freezeMs: number) {
  const kinds = (['delete-lock', 'prune-runs'] as const).filter(
    (kind) => size.interferences > 0 && (size.interferenceKinds ?? interferenceKinds).includes(kind),
  );
  return kinds.map((kind) => {
    const interference: Interference = { kind, choice: 0, forMs: size.leaseSeconds * 1000 };
    return { kind: 'interfere', atMs: freezeMs, interference } as const;
  });
}
