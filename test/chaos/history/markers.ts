import { textAt } from './json.ts';

/**
 * Annotations with which the neighbour marks what it changes, so that the checker can tell its changes from those of the
 * service. The service knows none of them.
 */
export const markers = {
  /** On a PipelineRun that the neighbour created. */
  foreignRun: 'chaos.kubernaut.ai/foreign',
  /** On a PipelineRun from which the neighbour removed the finalizer of the service. */
  finalizerRemoved: 'chaos.kubernaut.ai/finalizer-removed',
  /** On a Lease: what the neighbour did to it last, with a number so that each time differs. */
  lock: 'chaos.kubernaut.ai/interference',
} as const;

/** The value of a mark on an object; undefined when it does not have it. */
export function markerOf(object: unknown, mark: keyof typeof markers): string | undefined {
  return textAt(object, 'metadata', 'annotations', markers[mark]);
}
