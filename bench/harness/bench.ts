import type { Figure } from './figure.ts';
import type { BenchContext } from './context.ts';

/** On what cluster a bench runs. */
export type ClusterKind =
  /** One that benches share: no pods, and Tekton's webhook but not its controller. */
  | 'shared'
  /** The same, fresh and for this bench alone: it leaves too much behind. */
  | 'own'
  /** One of its own with a whole Tekton and real pods. */
  | 'pods';

/** Something that is measured. */
export interface Bench {
  /** After `--only`, and the name of its file of results. */
  readonly name: string;
  /** A sentence: what is measured. */
  readonly what: string;
  readonly cluster: ClusterKind;
  /**
   * Measures. What it starts by its context is ended after it, however it ends.
   *
   * @throws Error when it could not be measured; a figure that misses its aim is none
   */
  readonly run: (context: BenchContext) => Promise<Measured>;
}

/** What came of a bench. */
export interface Measured {
  readonly figures: readonly Figure[];
  /** What a reader has to know to judge the figures, a sentence each. */
  readonly notes?: readonly string[];
}
