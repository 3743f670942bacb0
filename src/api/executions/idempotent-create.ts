import { Injectable } from '@nestjs/common';
import { KubernetesClient, type WriteOptions } from '../../kubernetes/client.ts';
import { AlreadyExistsError, UnavailableError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { requestLabel } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError } from '../errors/api-error.ts';
import { affectedExecution } from '../resource/names.ts';
import { requestIndex, type CachedExecution } from './cached-execution.ts';
import { compareRequest, type NewExecution, type RequestIdentity } from './new-execution.ts';

/**
 * Creates executions of requests that may be repeated (https://google.aip.dev/155). Every repetition creates the same name,
 * so that etcd stores one execution for a request across replicas and crashes (docs/adr/0014-request-ids.md).
 */
@Injectable()
export class IdempotentCreate {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
  ) {}

  /**
   * Creates the execution of a request, or returns the one that an earlier call of the request created.
   *
   * @throws ApiError RequestIdReused if the id was used for another request; Aborted if the execution was deleted meanwhile
   * @throws KubernetesError of the API server; AlreadyExistsError if the name belongs to an unrelated execution
   */
  async create(execution: NewExecution, identity: RequestIdentity, options: WriteOptions): Promise<WorkflowExecution> {
    const earlier = await this.find(execution, identity, options);
    if (earlier !== undefined) return assertSame(earlier, identity);
    try {
      return await this.createOrFind(execution, identity, options);
    } catch (error) {
      if (!(error instanceof UnavailableError) || options.signal?.aborted === true) throw error;
      // The first try may have been stored.
      return this.createOrFind(execution, identity, options);
    }
  }

  private async createOrFind(
    execution: NewExecution,
    identity: RequestIdentity,
    options: WriteOptions,
  ): Promise<WorkflowExecution> {
    try {
      return await this.client.create(workflowExecutionResource, execution, options);
    } catch (error) {
      if (!(error instanceof AlreadyExistsError)) throw error;
      const existing = await this.client.find(workflowExecutionResource, execution.metadata, options);
      if (existing === undefined) throw deletedMeanwhile(execution);
      if (compareRequest(existing, identity) === 'unrelated') throw error;
      return assertSame(existing, identity);
    }
  }

  /** The execution of an earlier call. Under a name of the caller's choice only the label shows it, in the cluster if not in the cache. */
  private async find(
    { metadata }: NewExecution,
    { label, derivedName }: RequestIdentity,
    { signal }: WriteOptions,
  ): Promise<WorkflowExecution | undefined> {
    const [cached] = this.reflector.store.byIndex(requestIndex, label);
    const live = cached && (await this.client.find(workflowExecutionResource, cached.metadata, { signal }));
    if (live !== undefined || metadata.name === derivedName) return live;
    const { items } = await this.client.list(
      workflowExecutionResource,
      { namespace: metadata.namespace, labelSelector: `${requestLabel}=${label}`, limit: 1 },
      { signal },
    );
    return items[0];
  }
}

function assertSame(execution: WorkflowExecution, identity: RequestIdentity): WorkflowExecution {
  if (compareRequest(execution, identity) === 'same') return execution;
  const resource = affectedExecution(execution.metadata);
  throw new ApiError('RequestIdReused', `the request id was used for another request, which created ${resource.name}`, {
    resource,
  });
}

function deletedMeanwhile({ metadata }: NewExecution): ApiError {
  const resource = affectedExecution(metadata);
  return new ApiError('Aborted', `${resource.name} was deleted meanwhile`, { resource });
}
