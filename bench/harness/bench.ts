import type { Figure } from './figure.ts';
import type { BenchContext } from './context.ts';

/** Kind of cluster that a bench needs. */
export type ClusterKind =
  /** Shared by benches: no pods, Tekton's webhook without its controller. */
  | 'shared'
  /** The same, but exclusive, for benches that leave too much behind. */
  | 'own'
  /** Exclusive, with the full Tekton and real pods. */
  | 'pods';

/** A benchmark. */
export interface Bench {
  /** Name for `--only`, and of its result file. */
  readonly name: string;
  /** What is measured, as text. */
  readonly what: string;
  readonly cluster: ClusterKind;
  /**
   * Measures. Resources of the context are released afterwards.
   *
   * @throws Error if it could not measure; a missed target is not an error
   */
  readonly run: (context: BenchContext) => Promise<Measured>;
}

/** Result of a bench. */
export interface Measured {
  readonly figures: readonly Figure[];
  /** Notes about the interpretation, a sentence each. */
  readonly notes?: readonly string[];
}
