import { textAt } from './json.ts';

/**
 * Annotations by which the checker distinguishes the administrator's changes from the service's. The service does not know
 * them.
 */
export const markers = {
  /** On a PipelineRun that the administrator created. */
  foreignRun: 'chaos.kubernaut.ai/foreign',
  /** On a PipelineRun whose finalizer the administrator removed. */
  finalizerRemoved: 'chaos.kubernaut.ai/finalizer-removed',
  /** On a Lease: the administrator's last interference, with a number so that each value differs. */
  lock: 'chaos.kubernaut.ai/interference',
} as const;

/** The value of a marker on an object; undefined if it has none. */
export function markerOf(object: unknown, mark: keyof typeof markers): string | undefined {
  return textAt(object, 'metadata', 'annotations', markers[mark]);
}
