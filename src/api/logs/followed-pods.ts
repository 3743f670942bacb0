import type { Reflector } from '../../kubernetes/reflector.ts';
import type { TaskPod } from '../../tekton/task-pod.ts';
import type { PodsView } from './run-log.ts';

/** The pods of a run while it goes on, as a watch of the API server tells of them. */
export class FollowedPods implements PodsView {
  isFinal = false;
  private readonly rings = new Set<() => void>();

  /** @param reflector of the pods that carry the label of the run; it is run here */
  constructor(private readonly reflector: Reflector<TaskPod>) {
    reflector.onChange(() => this.ring());
  }

  /**
   * Watches until the signal aborts; never rejects.
   *
   * @param ended resolves when the run makes no more pods
   */
  async run(ended: Promise<void>, signal: AbortSignal): Promise<void> {
    const running = this.reflector.run(signal);
    void ended.then(() => this.finish(signal)).catch(() => undefined);
    await running;
  }

  list(): readonly TaskPod[] {
    return this.reflector.store.list();
  }

  onChange(ring: () => void): () => void {
    this.rings.add(ring);
    return () => this.rings.delete(ring);
  }

  /** A watch may be behind: only what is known of the time after the end is all there was. */
  private async finish(signal: AbortSignal): Promise<void> {
    await this.reflector.waitUntilFresh(signal);
    this.isFinal = true;
    this.ring();
  }

  private ring(): void {
    for (const ring of [...this.rings]) ring();
  }
}
