import { Inject, Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { NotFoundError } from '../../kubernetes/errors.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { keyOf, keyToString, type KubernetesObject, type ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { pipelineRunFinalizer, pipelineRunLabels } from '../../tekton/build-pipeline-run.ts';
import { cancellationOf, pipelineRunResource, type PipelineRun } from '../../tekton/pipeline-run.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { pipelineRunKey } from '../executions/execution-indexes.ts';
import { Executions } from '../executions/executions.ts';
import { LOGGER } from '../executions/tokens.ts';
import { History } from '../history/history.ts';
import { isRunning, isBeingDeleted } from '../observe/observe-pipeline-run.ts';
import { controllingExecution, isControlledBy, isRunOf } from './ownership.ts';
import { PipelineRuns } from './pipeline-runs.ts';

/**
 * Keeps PipelineRuns until their outcome is recorded, by the finalizer that they are created with, and removes it afterwards
 * if they are being deleted. A PipelineRun that is not deleted costs no write. One that was created after the end of its
 * execution is cancelled.
 */
@Injectable()
export class PipelineRunRetention {
  /**
   * PipelineRuns that left the watch with our finalizer, by key: they still exist and have lost the label by which they are
   * watched.
   */
  private readonly unwatched = new Map<string, PipelineRun>();

  /** Keys of PipelineRuns to be read live because the cache does not have them. */
  private readonly unread = new Set<string>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly pipelineRuns: PipelineRuns,
    @InjectReflector(pipelineRunResource) private readonly mirror: Reflector<PipelineRun>,
    private readonly executions: Executions,
    private readonly history: History,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    mirror.onChange((change) => {
      const key = keyOf(change.object);
      if (change.type !== 'deleted') this.unwatched.delete(key);
      else if (hasFinalizer(change.previous) && change.isUnlisted !== true) this.unwatched.set(key, change.previous);
    });
  }

  /** Whether the PipelineRun with the name of an execution's own waits to be released or canceled. */
  isWaiting(execution: WorkflowExecution): boolean {
    const key = keyToString(pipelineRunKey(execution));
    return (
      this.unwatched.has(key) ||
      this.unread.has(key) ||
      this.waiting(execution) !== undefined ||
      this.late(execution) !== undefined
    );
  }

  /**
   * Releases the PipelineRun with the name of an execution's own if it is being deleted and no longer needed; cancels one that
   * was created after the end of the execution.
   */
  async releaseRunOf(execution: WorkflowExecution, signal: AbortSignal): Promise<void> {
    const late = this.late(execution);
    if (late !== undefined) await this.cancel(late, signal);
    await this.watchAgain(pipelineRunKey(execution), signal);
    const waiting = this.waiting(execution) ?? (await this.readMarked(pipelineRunKey(execution), signal));
    if (waiting !== undefined && mayRelease(waiting, execution)) await this.release(waiting, signal);
  }

  /**
   * Marks a PipelineRun that may wait to be released, although the cache may not have it.
   *
   * @returns the keys to reconcile: of its execution, or its own if that is not in the cache; none without our finalizer
   */
  examine(pipelineRun: KubernetesObject): readonly string[] {
    if (!hasFinalizer(pipelineRun)) return [];
    const key = keyOf(pipelineRun);
    if (this.mirror.store.get(key) === undefined) this.unread.add(key);
    const executions = this.executions.withRun(key);
    return executions.length === 0 ? [key] : executions.map(keyOf);
  }

  /**
   * Releases a PipelineRun whose execution is gone, once it has ended or is being deleted, and one of a settled execution that
   * is being deleted. Cancels one that was created after its execution was gone or settled. Does nothing for other keys.
   */
  async releaseOrphan(key: ObjectKey, signal: AbortSignal): Promise<void> {
    if (this.executions.withRun(keyToString(key)).length > 0) return;
    await this.watchAgain(key, signal);
    const orphan = this.mirror.store.get(key) ?? (await this.readMarked(key, signal));
    if (orphan === undefined || !hasFinalizer(orphan)) return;
    if (isLive(orphan)) return this.cancelOrphan(orphan, signal);
    if (!mayRelease(orphan, undefined)) return;
    const owner = await this.owner(orphan, signal);
    if (owner === undefined || (owner.isSettled && isBeingDeleted(orphan))) await this.release(orphan, signal);
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

  private async cancelOrphan(orphan: PipelineRun, signal: AbortSignal): Promise<void> {
    if (controllingExecution(orphan) === undefined) return;
    const owner = await this.owner(orphan, signal);
    if (owner === undefined || owner.isSettled) await this.cancel(orphan, signal);
  }

  private async cancel(pipelineRun: PipelineRun, signal: AbortSignal): Promise<void> {
    this.log.warn({ pipelineRun: keyOf(pipelineRun) }, 'cancelling a PipelineRun created after its execution ended');
    await this.pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
  }

  /** The live PipelineRun of a finished execution, unless it is the recorded one. */
  private late(execution: WorkflowExecution): PipelineRun | undefined {
    const seen = this.pipelineRuns.cached(execution);
    if (seen === undefined || !isTerminal(phaseOf(execution)) || !isControlledBy(seen, execution)) return undefined;
    return isLive(seen) && seen.metadata.uid !== execution.status?.pipelineRunRef?.uid ? seen : undefined;
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

  private async readMarked(key: ObjectKey, signal: AbortSignal): Promise<PipelineRun | undefined> {
    if (!this.unread.has(keyToString(key))) return undefined;
    const live = await this.client.find(pipelineRunResource, key, { signal });
    this.unread.delete(keyToString(key));
    return live !== undefined && hasFinalizer(live) ? live : undefined;
  }

  /**
   * The execution that controls a PipelineRun; undefined if it is gone. Reads live unless it is known to be settled: an execution
   * that cannot be parsed exists although it is not in the cache.
   */
  private async owner(
    pipelineRun: PipelineRun,
    signal: AbortSignal,
  ): Promise<{ readonly isSettled: boolean } | undefined> {
    const owner = controllingExecution(pipelineRun);
    if (owner === undefined) return undefined;
    const settled = this.history.get(owner);
    if (settled !== undefined && isControlledBy(pipelineRun, settled)) return { isSettled: true };
    const found = await this.client.find(executionHeader, owner, { signal });
    return found !== undefined && isControlledBy(pipelineRun, found) ? found : undefined;
  }
}

const { kind } = workflowExecutionResource;

/** A WorkflowExecution of which only the metadata is read, and whether it is settled. */
const executionHeader = {
  ...workflowExecutionResource,
  parse: (raw: unknown) => ({
    apiVersion: workflowExecutionApiVersion,
    kind,
    metadata: parseMetadata(raw, kind),
    isSettled: recordOf(recordOf(raw)['status'])['settled'] === true,
  }),
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

/** Whether a PipelineRun may run steps and nothing has been requested to end it. */
function isLive(pipelineRun: PipelineRun): boolean {
  return isRunning(pipelineRun) && !isBeingDeleted(pipelineRun) && cancellationOf(pipelineRun) !== 'Immediate';
}

function hasFinalizer({ metadata }: KubernetesObject): boolean {
  return metadata.finalizers?.includes(pipelineRunFinalizer) ?? false;
}
