import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../kubernetes/client.ts';
import { ConflictError, NotFoundError, rewording } from '../kubernetes/errors.ts';
import type { ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { buildPipelineRun, pipelineRunLabels } from '../tekton/build-pipeline-run.ts';
import { pipelineRunName } from '../tekton/pipeline-run-name.ts';
import { cancelled, cancelledRunFinally, pipelineRunResource, type PipelineRun } from '../tekton/pipeline-run.ts';
import { activeTraceparent } from '../tracing/traceparent.ts';
import type { CancelMode, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { maskOf } from '../workflow-execution/secret-texts.ts';
import { isControlledBy } from './ownership.ts';

/** The PipelineRuns of executions, as the reconciler reads and makes them. */
@Injectable()
export class PipelineRuns {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(pipelineRunResource) private readonly reflector: Reflector<PipelineRun>,
  ) {}

  /**
   * Creates the PipelineRun of an execution.
   *
   * @throws AlreadyExistsError when there is one of its name, be it of an earlier try or of somebody else
   */
  async create(execution: WorkflowExecution, signal: AbortSignal): Promise<PipelineRun> {
    const pipelineRun = buildPipelineRun(execution, activeTraceparent());
    const creation = this.client.create(pipelineRunResource, pipelineRun, { signal });
    return this.#remember(await rewording(creation, maskOf(execution.spec.parameters)));
  }

  /** Whatever has the name of the execution's PipelineRun, as the API server has it now. */
  async read(execution: Named, signal: AbortSignal): Promise<PipelineRun | undefined> {
    const live = await this.client.find(pipelineRunResource, keyFor(execution), { signal });
    return live && this.#remember(live);
  }

  /**
   * The PipelineRun of an execution: as last seen by the watch, or, when the watch knows none, as the API server has it
   * now. Only that one counts which the execution controls; undefined when it is gone.
   */
  async find(execution: WorkflowExecution, signal: AbortSignal): Promise<PipelineRun | undefined> {
    const { uid } = execution.metadata;
    const seen = this.reflector.store.get(keyFor(execution));
    if (seen !== undefined && isControlledBy(seen, uid)) return seen;
    const live = await this.read(execution, signal);
    return live !== undefined && isControlledBy(live, uid) ? live : undefined;
  }

  /** Asks Tekton to cancel a PipelineRun that has not ended; Graceful lets its `finally` tasks run. */
  async cancel({ metadata }: PipelineRun, mode: CancelMode, signal: AbortSignal): Promise<void> {
    const status = mode === 'Immediate' ? cancelled : cancelledRunFinally;
    const patch = { metadata: { uid: metadata.uid }, spec: { status } };
    this.#remember(await this.client.patch(pipelineRunResource, metadata, patch, { signal }));
  }

  /**
   * Asks for the deletion of a PipelineRun. It is gone only when its TaskRuns and their pods are (Foreground), so that
   * nothing of it runs any more once it can not be found.
   */
  async delete({ metadata }: PipelineRun, signal: AbortSignal): Promise<void> {
    const options = { preconditions: { uid: metadata.uid }, propagationPolicy: 'Foreground', signal } as const;
    try {
      await this.client.delete(pipelineRunResource, metadata, options);
    } catch (error) {
      if (!(error instanceof NotFoundError) && !(error instanceof ConflictError)) throw error;
    }
  }

  /** Lets the store know it, unless it has lost the label that is watched: the store would never hear of its end. */
  #remember(pipelineRun: PipelineRun): PipelineRun {
    const isWatched = pipelineRun.metadata.labels?.[pipelineRunLabels.workflowExecution] !== undefined;
    if (isWatched) this.reflector.store.upsertIfNewer(pipelineRun);
    return pipelineRun;
  }
}

/** What the name of a PipelineRun is made of. */
type Named = Parameters<typeof pipelineRunName>[0] & { readonly metadata: { readonly namespace: string } };

function keyFor(execution: Named): ObjectKey {
  return { namespace: execution.metadata.namespace, name: pipelineRunName(execution) };
}
