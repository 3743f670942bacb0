import type { ChaosSize } from './options.ts';
import type { Random } from './random.ts';

/**
 * Kinds of interference. Each meets a defence of the service that would otherwise be spared by the admission policy.
 */
export const interferenceKinds = [
  /** Deletes the Lease of a running execution, repeatedly. */
  'delete-lock',
  /** Removes its holder, repeatedly. */
  'empty-lock',
  /** Makes an ended or unknown execution its holder, repeatedly. */
  'reassign-lock',
  /** Removes all labels from a running PipelineRun. */
  'strip-labels',
  /** Removes all owner references from a running PipelineRun. */
  'strip-owners',
  /** Deletes a running PipelineRun. */
  'delete-run',
  /** Deletes a running PipelineRun with its finalizer, and creates another one with its name. */
  'replace-run',
  /** Creates the PipelineRun of a new execution first, with another pipeline. */
  'forge-run',
  /** Deletes PipelineRuns as soon as they end. */
  'prune-runs',
] as const;

/** A kind of interference. */
export type InterferenceKind = (typeof interferenceKinds)[number];

/** One planned interference. */
export interface Interference {
  readonly kind: InterferenceKind;
  /** In [0, 1): selects among the suitable objects. */
  readonly choice: number;
  /** Duration in milliseconds. */
  readonly forMs: number;
}

/** Fraction of the run after which nothing new starts: later there may be nothing left to interfere with. */
const lastPart = 0.8;
const longestMs = 2500;

/** All kinds in turn, each in a time slot of its own. */
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

/** Interferences while the leader is frozen and nothing is defended. */
export function planDuringFreeze(size: ChaosSize, freezeMs: number) {
  const kinds = (['delete-lock', 'prune-runs'] as const).filter(
    (kind) => size.interferences > 0 && (size.interferenceKinds ?? interferenceKinds).includes(kind),
  );
  return kinds.map((kind) => {
    const interference: Interference = { kind, choice: 0, forMs: size.leaseSeconds * 1000 };
    return { kind: 'interfere', atMs: freezeMs, interference } as const;
  });
}
