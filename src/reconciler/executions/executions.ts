import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import type { PatchOptions } from '../../kubernetes/call-options.ts';
import { ConflictError, NotFoundError, redactErrors } from '../../kubernetes/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { ownAnnotations, finalizer } from '../../workflow-execution/metadata.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { isSettled } from '../../workflow-execution/execution.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { activeTraceparent } from '../../tracing/tracer.ts';
import { unsettledView, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { pipelineRunIndex, targetIndex } from './execution-indexes.ts';
import { mergePatch } from './merge-patch.ts';

/** The execution has changed since it was read, or is gone: decisions based on it are void. */
export type Outdated = 'outdated';

/**
 * Reads and writes WorkflowExecutions for the reconciler. The cache has those that are not settled. Every write has the
 * resourceVersion that was read as a precondition. Returned objects are shared with the cache and must not be modified.
 */
@Injectable()
export class Executions {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource, unsettledView)
    private readonly reflector: Reflector<WorkflowExecution>,
  ) {}

  /** The execution in the cache. */
  cached(key: ObjectKey): WorkflowExecution | undefined {
    return this.reflector.store.get(key);
  }

  /** All executions in the cache. */
  all(): readonly WorkflowExecution[] {
    return this.reflector.store.list();
  }

  /** The executions in the cache whose PipelineRun has, or would have, this key. */
  withRun(key: string): readonly WorkflowExecution[] {
    return this.reflector.store.byIndex(pipelineRunIndex, key);
  }

  /** The executions with this canonical target in the cache. */
  onTarget(target: string): readonly WorkflowExecution[] {
    return this.reflector.store.byIndex(targetIndex, target);
  }

  /** The execution from the API server; undefined if it is gone. */
  async read(key: ObjectKey, signal: AbortSignal): Promise<WorkflowExecution | undefined> {
    const live = await this.client.find(workflowExecutionResource, key, { signal });
    if (live !== undefined && !isSettled(live)) this.reflector.store.upsertIfNewer(live);
    return live;
  }

  /**
   * Makes `status` the status of an execution, in one patch of what differs; without a difference nothing is sent. Every
   * patch contains the target: a step may have resolved it without a write of its own (`withTarget`).
   */
  async writeStatus(
    execution: WorkflowExecution,
    status: WorkflowExecutionStatus,
    signal: AbortSignal,
  ): Promise<WorkflowExecution | Outdated> {
    const change = mergePatch(execution.status ?? {}, status);
    if (change === undefined) return execution;
    const { target } = status;
    return this.patch(execution, { status: { target, ...change } }, { subresource: 'status', signal });
  }

  /**
   * Adds the finalizer of this service, and annotations with the UID and the current trace, unless the execution has them. A
   * copy from a backup keeps the UID of the original, by which it is recognized later.
   */
  addFinalizer(execution: WorkflowExecution, signal: AbortSignal): Promise<WorkflowExecution | Outdated> {
    const finalizers = [...(execution.metadata.finalizers ?? []), finalizer];
    const { uid, annotations: existing } = execution.metadata;
    const traceparent = existing?.[ownAnnotations.traceparent] ?? activeTraceparent();
    const recordedUid = existing?.[ownAnnotations.uid] ?? uid;
    const annotations = { [ownAnnotations.uid]: recordedUid, [ownAnnotations.traceparent]: traceparent };
    return this.patch(execution, { metadata: { finalizers, annotations } }, { signal });
  }

  /** Removes our finalizer from an execution; without another finalizer that removes the execution. */
  removeFinalizer(execution: WorkflowExecution, signal: AbortSignal): Promise<WorkflowExecution | Outdated> {
    const finalizers = execution.metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
    return this.patch(execution, { metadata: { finalizers } }, { signal });
  }

  /** Deletes this execution, but not a later one of the same name. */
  async delete({ metadata }: Pick<KubernetesObject, 'metadata'>, signal: AbortSignal): Promise<void> {
    try {
      await this.client.delete(workflowExecutionResource, metadata, { preconditions: { uid: metadata.uid }, signal });
    } catch (error) {
      if (!(error instanceof NotFoundError) && !(error instanceof ConflictError)) throw error;
    }
  }

  private async patch(
    execution: WorkflowExecution,
    change: { readonly metadata?: object; readonly status?: object },
    options: PatchOptions,
  ): Promise<WorkflowExecution | Outdated> {
    const { metadata, spec } = execution;
    const { resourceVersion, uid } = metadata;
    const patch = { ...change, metadata: { ...change.metadata, resourceVersion, uid } };
    try {
      const patching = this.client.patch(workflowExecutionResource, metadata, patch, options);
      const written = await redactErrors(patching, redactorFor(spec));
      // The watch reports that an execution leaves the cache when it is settled, and nothing about it afterwards.
      if (!isSettled(execution)) this.reflector.store.upsertIfNewer(written);
      return written;
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) return 'outdated';
      throw error;
    }
  }
}
