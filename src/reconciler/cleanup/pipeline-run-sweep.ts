import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { forEachDespiteErrors, pace } from '../../kubernetes/async.ts';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import { controllerOf, keyOf, type KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { pageSize, pagesOf } from '../../kubernetes/pager.ts';
import { apiVersionOf } from '../../kubernetes/resource-type.ts';
import { scopesOf, type Scope } from '../../kubernetes/store.ts';
import { WorkQueue } from '../../kubernetes/work-queue.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';
import { Executions } from '../executions/executions.ts';
import { LOGGER } from '../executions/tokens.ts';
import type { FinishedExecution } from '../history/finished-execution.ts';
import { History } from '../history/history.ts';
import { controllingExecution } from '../pipelinerun/ownership.ts';
import { PipelineRunRetention } from '../pipelinerun/pipeline-run-retention.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { watchedLabel } from '../pipelinerun/unfinished-runs.ts';

/** Time for each PipelineRun that is pruned, in milliseconds. */
const pruneMs = 50;

/**
 * Finds what the cache does not have: PipelineRuns of finished executions that are being deleted, those whose execution is gone,
 * and those to prune. It reads the metadata of all PipelineRuns of executions, page by page, and keeps none.
 */
@Injectable()
export class PipelineRunSweep {
  constructor(
    private readonly client: KubernetesClient,
    private readonly queue: WorkQueue,
    private readonly history: History,
    private readonly executions: Executions,
    private readonly pipelineRuns: PipelineRuns,
    private readonly retention: PipelineRunRetention,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces' | 'keepPipelineRunsMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Sweeps once, after the history has been read. Never rejects: the first error is logged, and the rest is swept. */
  async once(signal: AbortSignal): Promise<void> {
    const { watchNamespaces } = this.config;
    try {
      await this.history.waitForSync(signal);
      await forEachDespiteErrors(scopesOf(watchNamespaces), (scope) => this.sweep(scope, signal));
    } catch (err) {
      if (!signal.aborted) this.log.warn({ err }, 'PipelineRuns not swept');
    }
  }

  private async sweep(namespace: Scope, signal: AbortSignal): Promise<void> {
    const query = { namespace, labelSelector: watchedLabel, limit: pageSize };
    const pages = pagesOf((token) =>
      this.client.listRaw(pipelineRunResource, { ...query, continue: token }, { signal, metadataOnly: true }),
    );
    const pruned: KubernetesObject[] = [];
    for await (const { items } of pages) {
      const pipelineRuns = items.map(headerOf);
      pipelineRuns.filter((pipelineRun) => this.isToBeExamined(pipelineRun)).forEach((one) => this.examine(one));
      pruned.push(...pipelineRuns.filter((pipelineRun) => this.isToBePruned(pipelineRun)));
    }
    const paced = pace(pruned, pruned.length * pruneMs, this.clock, signal);
    await forEachDespiteErrors(paced, (pipelineRun) => this.pipelineRuns.delete(pipelineRun, signal));
  }

  private examine(pipelineRun: KubernetesObject): void {
    for (const key of this.retention.examine(pipelineRun)) this.queue.add(key);
  }

  /** Whether our finalizer may have to be removed: it is being deleted, or its execution is not known. */
  private isToBeExamined(pipelineRun: KubernetesObject): boolean {
    if (isBeingDeleted(pipelineRun)) return true;
    const isKnown = this.executions.withRun(keyOf(pipelineRun)).length > 0;
    return !isKnown && this.settledExecution(pipelineRun) === undefined;
  }

  private settledExecution(pipelineRun: KubernetesObject): FinishedExecution | undefined {
    const owner = controllingExecution(pipelineRun);
    const settled = owner && this.history.get(owner);
    return settled?.metadata.uid === controllerOf(pipelineRun)?.uid ? settled : undefined;
  }

  private isToBePruned(pipelineRun: KubernetesObject): boolean {
    const { keepPipelineRunsMs } = this.config;
    if (keepPipelineRunsMs === 0 || isBeingDeleted(pipelineRun)) return false;
    const { finishedAt = Infinity } = this.settledExecution(pipelineRun) ?? {};
    return finishedAt + keepPipelineRunsMs <= this.clock.now().getTime();
  }
}

/** A PipelineRun of which only the metadata is known. */
function headerOf(raw: unknown): KubernetesObject {
  const { kind } = pipelineRunResource;
  return { apiVersion: apiVersionOf(pipelineRunResource), kind, metadata: parseMetadata(raw, kind) };
}

function isBeingDeleted({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
