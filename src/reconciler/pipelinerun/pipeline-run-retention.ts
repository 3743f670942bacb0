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
import {
  controllerView,
  workflowExecutionApiVersion,
  workflowExecutionResource,
} from '../../workflow-execution/resource.ts';
import { pipelineRunIndex, pipelineRunKey } from '../executions/execution-indexes.ts';
import { isRunning, isBeingDeleted } from '../observe/observe-pipeline-run.ts';
import { controllingExecution, isControlledBy, isRunOf } from './ownership.ts';
import { PipelineRuns } from './pipeline-runs.ts';

/**
 * Keeps PipelineRuns until their outcome is recorded, by the finalizer that they are created with, and removes it afterwards
 * if they are being deleted. A PipelineRun that is not deleted costs no write.
 */
@Injectable()
export class PipelineRunRetention {
  /**
   * PipelineRuns that left the watch with our finalizer, by key: they still exist and have lost the label by which they are
   * watched.
   */
  private readonly unwatched = new Map<string, PipelineRun>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly pipelineRuns: PipelineRuns,
    @InjectReflector(pipelineRunResource) private readonly mirror: Reflector<PipelineRun>,
    @InjectReflector(workflowExecutionResource, controllerView)
    private readonly executions: Reflector<WorkflowExecution>,
  ) {
    mirror.onChange(({ type, object, previous }) => {
      if (type !== 'deleted') this.unwatched.delete(keyOf(object));
      else if (hasFinalizer(previous)) this.unwatched.set(keyOf(previous), previous);
    });
  }

  /** Whether the PipelineRun with the name of an execution's own waits to be released. */
  isWaiting(execution: WorkflowExecution): boolean {
    return this.unwatched.has(keyToString(pipelineRunKey(execution))) || this.waiting(execution) !== undefined;
  }

  /** Releases the PipelineRun with the name of an execution's own if it is being deleted and no longer needed. */
  async releaseRunOf(execution: WorkflowExecution, signal: AbortSignal): Promise<void> {
    await this.watchAgain(pipelineRunKey(execution), signal);
    const waiting = this.waiting(execution);
    if (waiting !== undefined) await this.release(waiting, signal);
  }

  /** Keys of PipelineRuns with our finalizer whose execution is not in the cache. */
  orphans(): string[] {
    return this.mirror.store.keys().filter((key) => this.orphan(key) !== undefined);
  }

  /** Releases a PipelineRun whose execution is gone, once it has ended or is being deleted. Does nothing for other keys. */
  async releaseOrphan(key: ObjectKey, signal: AbortSignal): Promise<void> {
    await this.watchAgain(key, signal);
    const orphan = this.orphan(keyToString(key));
    if (orphan === undefined || !mayRelease(orphan, undefined)) return;
    if (!(await this.ownerExists(orphan, signal))) await this.release(orphan, signal);
  }

  /** Removes our finalizer from a PipelineRun, if it has it. */
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

  /** Restores the label by which a PipelineRun is watched: its deletion would go unnoticed, and it would stay forever. */
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

  /** Reads live: an execution that cannot be parsed exists although it is not in the cache. */
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
 * Whether our finalizer may be removed from a PipelineRun.
 *
 * @param execution whose PipelineRun has this name; undefined if there is none
 */
export function mayRelease(pipelineRun: PipelineRun, execution: WorkflowExecution | undefined): boolean {
  if (execution === undefined) return !isRunning(pipelineRun);
  if (!isBeingDeleted(pipelineRun)) return false;
  return !isRunOf(pipelineRun, execution) || isTerminal(phaseOf(execution));
}

function hasFinalizer({ metadata }: PipelineRun): boolean {
  return metadata.finalizers?.includes(pipelineRunFinalizer) ?? false;
}
