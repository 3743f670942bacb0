import { Injectable } from '@nestjs/common';
import { CancelledError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import type { ExecutionPage, ListCommand } from '../execution.types.ts';
import { pageOf } from './page-of.ts';
import { PageTokenKey } from './page-token-key.ts';

/** How long a caller waits before it asks a replica again that does not know enough yet, in milliseconds. */
const retryAfterMs = 1_000;

/** How long a list waits for this replica to learn of a resource version, in milliseconds. */
const catchUpMs = 5_000;

/** A resource version as https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions has it. */
const resourceVersionRule = /^[1-9]\d{0,18}$/;

/** Lists of executions, made of the shared store: the API server is not asked. */
@Injectable()
export class ExecutionLists {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    private readonly key: PageTokenKey,
  ) {}

  /**
   * One page.
   *
   * @throws ApiError InvalidArgument when a filter, the token or the resource version breaks its rule; Unavailable when
   *   this replica does not know the executions yet, or not up to the resource version
   */
  async page(command: ListCommand, signal: AbortSignal): Promise<ExecutionPage> {
    if (!this.reflector.hasSynced) throw notYet('the executions of the cluster are still being read');
    await this.reach(command, signal);
    return pageOf(this.reflector.store.list(), command, await this.key.pageTokens());
  }

  private async reach({ namespace, minResourceVersion }: ListCommand, signal: AbortSignal): Promise<void> {
    if (minResourceVersion === undefined) return;
    if (!resourceVersionRule.test(minResourceVersion)) {
      throw invalidField(['minResourceVersion'], 'must be a resource version that this service has told');
    }
    const scopes = this.reflector.scopes.filter((scope) => [undefined, namespace ?? scope].includes(scope));
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(catchUpMs)]);
    try {
      await Promise.all(scopes.map((scope) => this.reflector.reached(scope, minResourceVersion, bounded)));
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw notYet(`this replica does not know of resource version ${minResourceVersion} yet`);
    }
  }
}

function notYet(message: string): ApiError {
  return new ApiError('Unavailable', message, { retryAfterMs });
}
