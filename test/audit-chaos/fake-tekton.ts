import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { NotFoundError } from '../../src/kubernetes/errors.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { pipelineRunLabels } from '../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource, type PipelineRun } from '../../src/tekton/pipeline-run.ts';

/** Ends each PipelineRun, by default as soon as it exists, according to the name of its execution. */
export class FakeTekton {
  private readonly client: KubernetesClient;
  private readonly onError: (error: unknown) => void;
  private readonly durationMs: () => number;
  private readonly reflector: Reflector<PipelineRun>;
  private readonly stopped = new AbortController();
  private readonly done = new Set<string>();

  constructor(
    client: KubernetesClient,
    namespace: string,
    onError: (error: unknown) => void,
    durationMs: () => number = () => 0,
  ) {
    this.client = client;
    this.onError = onError;
    this.durationMs = durationMs;
    this.reflector = new Reflector({ client, resource: pipelineRunResource, namespaces: [namespace] });
    this.reflector.onChange(({ type, object }) => type !== 'deleted' && this.update(object));
  }

  /** Runs until {@link stop}. */
  run(): Promise<void> {
    return this.reflector.run(this.stopped.signal);
  }

  stop(): void {
    this.stopped.abort();
  }

  private update(run: PipelineRun): void {
    const course = run.metadata.labels?.[pipelineRunLabels.workflowExecution] ?? '';
    const isCancelled = run.spec.status !== undefined;
    const holds = /^(holds|is-deleted|is-cancelled)/.test(course) && !isCancelled;
    if (holds || this.done.has(run.metadata.uid)) return;
    this.done.add(run.metadata.uid);
    setTimeout(() => this.end(run, course), this.durationMs()).unref();
  }

  private end(run: PipelineRun, course: string): void {
    const isCancelled = run.spec.status !== undefined;
    const [status, reason] = isCancelled
      ? ['False', 'Cancelled']
      : course.startsWith('fails')
        ? ['False', 'Failed']
        : ['True', 'Succeeded'];
    const now = new Date().toISOString();
    const condition = {
      type: 'Succeeded',
      status,
      reason,
      message: 'by the audit chaos test',
      lastTransitionTime: now,
    };
    const patch = { status: { startTime: now, completionTime: now, conditions: [condition] } };
    this.client
      .patch(pipelineRunResource, run.metadata, patch, { subresource: 'status' })
      .catch((error: unknown) => error instanceof NotFoundError || this.onError(error));
  }
}
