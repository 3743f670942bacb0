import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { ConflictError, NotFoundError, redactErrors } from '../../kubernetes/errors.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import {
  buildPipelineRun,
  pipelineRunLabels,
  possibleSettings,
  type NewPipelineRun,
  type PipelineRunSettings,
} from '../../tekton/build-pipeline-run.ts';
import { labelValue } from '../../tekton/names.ts';
import {
  cancellationOf,
  cancelled,
  cancelledRunFinally,
  pipelineRunResource,
  type PipelineRun,
} from '../../tekton/pipeline-run.ts';
import { activeTraceparent } from '../../tracing/tracer.ts';
import type { CancelMode, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { pipelineRunKey, type NamedExecution } from '../executions/execution-indexes.ts';
import { isRunOf } from './ownership.ts';
import { createTimeoutMs } from './unconfirmed-creates.ts';
import { isWatched } from './unfinished-runs.ts';

/** Reads and writes the PipelineRuns of executions. */
@Injectable()
export class PipelineRuns {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(pipelineRunResource) private readonly reflector: Reflector<PipelineRun>,
    @Inject(CONFIG) private readonly config: Pick<Config, keyof PipelineRunSettings>,
  ) {}

  /**
   * Creates the PipelineRun of an execution.
   *
   * @throws AlreadyExistsError if there is one of its name, from an earlier attempt or anybody else
   */
  async create(execution: WorkflowExecution, signal: AbortSignal): Promise<PipelineRun> {
    const pipelineRun = buildPipelineRun(execution, { ...this.config, traceparent: activeTraceparent() });
    const creation = this.client.create(pipelineRunResource, pipelineRun, { timeoutMs: createTimeoutMs, signal });
    return this.remember(await redactErrors(creation, redactorFor(execution.spec)));
  }

  /** What {@link create} may have created for an execution in an earlier attempt; with the current settings first. */
  candidates(execution: WorkflowExecution): readonly NewPipelineRun[] {
    return possibleSettings(this.config).map((settings) => buildPipelineRun(execution, settings));
  }

  /** Any PipelineRun with the name of the execution's own, from the API server. */
  async read(execution: NamedExecution, signal: AbortSignal): Promise<PipelineRun | undefined> {
    const live = await this.client.find(pipelineRunResource, pipelineRunKey(execution), { signal });
    return live && this.remember(live);
  }

  /** Any PipelineRun with the name of the execution's own, in the cache. */
  cached(execution: NamedExecution): PipelineRun | undefined {
    return this.reflector.store.get(pipelineRunKey(execution));
  }

  /**
   * The PipelineRun of an execution, from the cache or else from the API server; undefined if it is gone, also if there is
   * another one of its name. Restores the label by which it is watched, because its end would go unnoticed without it.
   */
  async find(execution: WorkflowExecution, signal: AbortSignal): Promise<PipelineRun | undefined> {
    const seen = this.cached(execution);
    if (seen !== undefined && isRunOf(seen, execution)) return seen;
    const live = await this.read(execution, signal);
    if (live === undefined || !isRunOf(live, execution)) return undefined;
    return this.watchAgain(live, labelValue(execution.metadata.name), signal);
  }

  /**
   * Restores the label by which a PipelineRun is watched, if it has lost it.
   *
   * @param label its value
   * @returns the PipelineRun with the label
   */
  async watchAgain(pipelineRun: PipelineRun, label: string, signal: AbortSignal): Promise<PipelineRun> {
    if (isWatched(pipelineRun)) return pipelineRun;
    const { uid } = pipelineRun.metadata;
    const patch = { metadata: { uid, labels: { [pipelineRunLabels.workflowExecution]: label } } };
    return this.remember(await this.client.patch(pipelineRunResource, pipelineRun.metadata, patch, { signal }));
  }

  /** Asks Tekton to cancel a PipelineRun that has not ended, once for each mode; with Graceful its `finally` tasks run. */
  async cancel(pipelineRun: PipelineRun, mode: CancelMode, signal: AbortSignal): Promise<void> {
    const current = cancellationOf(pipelineRun);
    if (current === 'Immediate' || current === mode) return;
    const { metadata } = pipelineRun;
    const status = mode === 'Immediate' ? cancelled : cancelledRunFinally;
    const patch = { metadata: { uid: metadata.uid }, spec: { status } };
    this.remember(await this.client.patch(pipelineRunResource, metadata, patch, { signal }));
  }

  /**
   * Deletes a PipelineRun in the foreground: it is gone only after its TaskRuns and their pods, so that nothing of it runs
   * once it cannot be found.
   */
  async delete({ metadata }: KubernetesObject, signal: AbortSignal): Promise<void> {
    const options = { preconditions: { uid: metadata.uid }, propagationPolicy: 'Foreground', signal } as const;
    try {
      await this.client.delete(pipelineRunResource, metadata, options);
    } catch (error) {
      if (!(error instanceof NotFoundError) && !(error instanceof ConflictError)) throw error;
    }
  }

  /** Puts it into the cache, unless it has lost the label that is watched: the cache would never see its end. */
  remember(pipelineRun: PipelineRun): PipelineRun {
    if (isWatched(pipelineRun)) this.reflector.store.upsertIfNewer(pipelineRun);
    return pipelineRun;
  }
}
