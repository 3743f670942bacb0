import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { NotFoundError } from '../../kubernetes/errors.ts';
import { keyOf, keyToString, type ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { pipelineRunFinalizer, pipelineRunLabels } from '../../tekton/build-pipeline-run.ts';
import { pipelineRunResource, type PipelineRun } from '../../tekton/pipeline-run.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { pipelineRunIndex, pipelineRunKey } from '../executions/execution-indexes.ts';
import { isRunning, isBeingDeleted } from '../observe/observe-pipeline-run.ts';
import { controllingExecution, isControlledBy, isRunOf } from './ownership.ts';
import { PipelineRuns } from './pipeline-runs.ts';

/**
 * Holds PipelineRuns back from deletion until their outcome is recorded, by the finalizer that they are created with, and
 * lets them go after that. One that nobody deletes costs no write.
 */
@Injectable()
export class PipelineRunRetention {
  /**
   * PipelineRuns that the watch saw last with our finalizer, so that they cannot be gone, by key: they have lost the label
   * by which they are watched.
   */
  private readonly unwatched = new Map<string, PipelineRun>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly pipelineRuns: PipelineRuns,
    @InjectReflector(pipelineRunResource) private readonly mirror: Reflector<PipelineRun>,
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
  ) {
    mirror.onChange(({ type, object, previous }) => {
      if (type !== 'deleted') this.unwatched.delete(keyOf(object));
      else if (hasFinalizer(previous)) this.unwatched.set(keyOf(previous), previous);
    });
  }

  /** Whether something is to be done for the PipelineRun with the name of an execution's own. */
  isWaiting(execution: WorkflowExecution): boolean {
    return this.unwatched.has(keyToString(pipelineRunKey(execution))) || this.waiting(execution) !== undefined;
  }

  /** Lets the PipelineRun with the name of an execution's own go, once nothing is left to be learned from it. */
  async releaseRunOf(execution: WorkflowExecution, signal: AbortSignal): Promise<void> {
    await this.watchAgain(pipelineRunKey(execution), signal);
    const waiting = this.waiting(execution);
    if (waiting !== undefined) await this.release(waiting, signal);
  }

  /**
   * Keys of the PipelineRuns that are left over from executions that are gone, or whose executions have not been seen yet.
   */
  orphans(): string[] {
    return this.mirror.store.keys().filter((key) => this.orphan(key) !== undefined);
  }

  /** Lets a PipelineRun go whose execution is gone, once it has ended or is being deleted. Does nothing for any other key. */
  async releaseOrphan(key: ObjectKey, signal: AbortSignal): Promise<void> {
    await this.watchAgain(key, signal);
    const orphan = this.orphan(keyToString(key));
    if (orphan === undefined || !mayRelease(orphan, undefined)) return;
    if (!(await this.ownerExists(orphan, signal))) await this.release(orphan, signal);
  }

  /** Takes our finalizer off a PipelineRun, if it has it. */
  async release(pipelineRun: PipelineRun, signal: AbortSignal): Promise<void> {
    const { finalizers = [], uid } = pipelineRun.metadata;
    const index = finalizers.indexOf(pipelineRunFinalizer);
    if (index < 0) return;
    const patch = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path: `/metadata/finalizers/${index}`, value: pipelineRunFinalizer },
      { op: 'remove', path: `/metadata/finalizers/${index}` },
    ];
    const options = { type: 'json', signal } as const;
    try {
      const released = await this.client.patch(pipelineRunResource, pipelineRun.metadata, patch, options);
      this.pipelineRuns.remember(released);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  private waiting(execution: WorkflowExecution): PipelineRun | undefined {
    const seen = this.pipelineRuns.cached(execution);
    return seen !== undefined && hasFinalizer(seen) && mayRelease(seen, execution) ? seen : undefined;
  }

  /** Puts the label back by which a PipelineRun is watched. Nobody would hear of its deletion, and it would stay for ever. */
  private async watchAgain(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const last = this.unwatched.get(keyToString(key));
    if (last === undefined) return;
    const live = await this.client.find(pipelineRunResource, key, { signal });
    if (live?.metadata.uid === last.metadata.uid && hasFinalizer(live)) {
      await this.pipelineRuns.watchAgain(
        live,
        last.metadata.labels?.[pipelineRunLabels.workflowExecution] ?? '',
        signal,
      );
    }
    this.unwatched.delete(keyToString(key));
  }

  private orphan(key: string): PipelineRun | undefined {
    const seen = this.mirror.store.get(key);
    if (seen === undefined || !hasFinalizer(seen)) return undefined;
    return this.executions.store.byIndex(pipelineRunIndex, key).length === 0 ? seen : undefined;
  }

  /** An execution that cannot be parsed is in no store, and there all the same. */
  private async ownerExists(pipelineRun: PipelineRun, signal: AbortSignal): Promise<boolean> {
    const owner = controllingExecution(pipelineRun);
    if (owner === undefined) return false;
    const found = await this.client.find(executionHeader, owner, { signal });
    return found !== undefined && isControlledBy(pipelineRun, found);
  }
}

const { kind } = workflowExecutionResource;

/** A WorkflowExecution of which only the metadata is read. */
const executionHeader = {
  ...workflowExecutionResource,
  parse: (raw: unknown) => ({ apiVersion: workflowExecutionApiVersion, kind, metadata: parseMetadata(raw, kind) }),
};

/**
 * Whether nothing is left to be learned from a PipelineRun that waits for us.
 *
 * @param execution whose PipelineRun has this name; undefined when there is none
 */
export function mayRelease(pipelineRun: PipelineRun, execution: WorkflowExecution | undefined): boolean {
  if (execution === undefined) return !isRunning(pipelineRun);
  if (!isBeingDeleted(pipelineRun)) return false;
  return !isRunOf(pipelineRun, execution) || isTerminal(phaseOf(execution));
}

function hasFinalizer({ metadata }: PipelineRun): boolean {
  return metadata.finalizers?.includes(pipelineRunFinalizer) ?? false;
}
