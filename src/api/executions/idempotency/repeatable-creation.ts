import { Injectable } from '@nestjs/common';
import { KubernetesClient, type WriteOptions } from '../../../kubernetes/client.ts';
import { AlreadyExistsError, UnavailableError } from '../../../kubernetes/errors.ts';
import { InjectReflector } from '../../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../../kubernetes/reflector.ts';
import { requestIndex, requestLabel } from '../../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../../workflow-execution/resource.ts';
import { ApiError } from '../../errors/api-error.ts';
import { executionNamed } from '../../resource/names.ts';
import type { NewExecution } from '../new-execution.ts';
import { compareRequest } from './request-identity.ts';
import type { RequestIdentity } from './request-identity.ts';

/**
 * Creations that may be repeated (https://google.aip.dev/155). That there is one execution for a request, whichever
 * replicas are asked and whatever crashes, is kept by etcd: every repetition of a request tries to create the same name
 * (docs/adr/0014-request-ids.md).
 */
@Injectable()
export class RepeatableCreation {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
  ) {}

  /**
   * Creates the execution of a request, or answers with the one that an earlier call of the request has created.
   *
   * @throws ApiError RequestIdReused when the id was used for another request
   * @throws KubernetesError what the API server says otherwise; AlreadyExistsError when the name belongs to another one
   */
  async create(execution: NewExecution, identity: RequestIdentity, options: WriteOptions): Promise<WorkflowExecution> {
    const earlier = await this.find(execution, identity, options);
    if (earlier !== undefined) return answerFor(earlier, identity);
    try {
      return await this.createOrFind(execution, identity, options);
    } catch (error) {
      // Whether it took effect is not known. Asked again, the API server says.
      if (!(error instanceof UnavailableError) || options.signal?.aborted === true) throw error;
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
      return answerFor(existing, identity);
    }
  }

  /**
   * What is known to have been made for the id under another name. The name that is derived of an id is enough to find
   * its execution; under a name of the caller's own nothing but the label tells, so the API server is asked too.
   */
  private async find(
    { metadata }: NewExecution,
    { label, derivedName }: RequestIdentity,
    { signal }: WriteOptions,
  ): Promise<WorkflowExecution | undefined> {
    const [known] = this.reflector.store.byIndex(requestIndex, label);
    const live = known && (await this.client.find(workflowExecutionResource, known.metadata, { signal }));
    if (live !== undefined || metadata.name === derivedName) return live;
    const { items } = await this.client.list(
      workflowExecutionResource,
      { namespace: metadata.namespace, labelSelector: `${requestLabel}=${label}`, limit: 1 },
      { signal },
    );
    return items[0];
  }
}

/** The execution, when it was made for this very request. */
function answerFor(execution: WorkflowExecution, identity: RequestIdentity): WorkflowExecution {
  if (compareRequest(execution, identity) === 'same') return execution;
  const resource = executionNamed(execution.metadata);
  throw new ApiError('RequestIdReused', `the request id was used for another request, which created ${resource.name}`, {
    resource,
  });
}

/** An execution of the name was there when it was to be created and is not any more. */
function deletedMeanwhile({ metadata }: NewExecution): ApiError {
  const resource = executionNamed(metadata);
  return new ApiError('Aborted', `${resource.name} was deleted meanwhile`, { resource });
}
