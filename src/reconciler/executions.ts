import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../kubernetes/client.ts';
import { ConflictError, NotFoundError } from '../kubernetes/errors.ts';
import type { ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { WorkflowExecution, WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { mergePatch } from './merge-patch.ts';
import { readLive } from './read-live.ts';

/**
 * What became of a status that was to be written. `outdated`: the execution has changed since it was read, so that the
 * status was decided on something that is no longer true.
 */
export type StatusWrite = 'written' | 'unchanged' | 'outdated' | 'gone';

/** The WorkflowExecutions as the reconciler reads and writes them. What it returns is shared and must not be modified. */
@Injectable()
export class Executions {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
  ) {}

  /** The execution as last seen by the watch. */
  lastSeen(key: ObjectKey): WorkflowExecution | undefined {
    return this.reflector.store.get(key);
  }

  /** The execution as the API server has it now; undefined when it is gone. */
  read(key: ObjectKey, signal: AbortSignal): Promise<WorkflowExecution | undefined> {
    return readLive(this.client, this.reflector, key, signal);
  }

  /**
   * Makes `status` the status of an execution in one patch of what differs, on condition that nobody has changed the
   * execution since it was read. Nothing is sent when nothing differs.
   */
  async writeStatus(
    execution: WorkflowExecution,
    status: WorkflowExecutionStatus,
    signal: AbortSignal,
  ): Promise<StatusWrite> {
    const change = mergePatch(execution.status ?? {}, status);
    if (change === undefined) return 'unchanged';
    const { name, namespace, resourceVersion, uid } = execution.metadata;
    const patch = { metadata: { resourceVersion, uid }, status: change };
    try {
      const options = { subresource: 'status', signal } as const;
      const written = await this.client.patch(workflowExecutionResource, { namespace, name }, patch, options);
      this.reflector.store.upsertIfNewer(written);
      return 'written';
    } catch (error) {
      if (error instanceof ConflictError) return 'outdated';
      if (error instanceof NotFoundError) return 'gone';
      throw error;
    }
  }
}
