import { Injectable } from '@nestjs/common';
import { InjectReflector } from '../../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../../kubernetes/reflector.ts';
import { isResourceVersion } from '../../../kubernetes/resource-version.ts';
import { Targets } from '../../../targets/targets.ts';
import type { WorkflowExecution } from '../../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../../workflow-execution/resource.ts';
import { AnswerRoom } from '../../call/answer-room.ts';
import type { Call } from '../../call/call.ts';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import type { ExecutionPage, ListCommand } from '../execution.types.ts';
import { CatchUp } from '../../cache/catch-up.ts';
import { Turns } from '../../cache/turns.ts';
import { matcherOf } from './filter.ts';
import { maxPageBytes, pageBytes, pageOf } from './page-of.ts';

/** How long a caller waits before it asks a replica again that does not know enough yet, in milliseconds. */
const retryAfterMs = 1_000;

/** How long a list waits for this replica to learn of a resource version, in milliseconds. */
const catchUpMs = 5_000;

/** Lists of executions, made of the shared store: the API server is not asked. */
@Injectable()
export class ExecutionLists {
  /** Among 10,000 executions a page takes some milliseconds, and callers may ask for 200 at once. */
  private readonly turns = new Turns(1);

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    private readonly ahead: CatchUp,
    private readonly targets: Targets,
    private readonly unread: AnswerRoom,
  ) {}

  /**
   * One page, as soon as the caller has read enough of those before.
   *
   * @throws ApiError InvalidArgument when a filter, the token or the resource version breaks its rule; PositionExpired
   *   when the cluster has no such resource version; Unavailable when this replica does not know of it, or of anything, yet
   */
  async page(command: ListCommand, call: Pick<Call, 'caller' | 'signal'>): Promise<ExecutionPage> {
    const { signal } = call;
    if (!this.reflector.hasSynced) throw notYet('the executions of the cluster are still being read');
    // What breaks a rule is told before anything is waited for.
    matcherOf(command.filter, this.targets);
    if (command.filter.targetResource !== undefined) await this.targets.loaded(signal);
    await this.reach(command, signal);
    const room = await this.unread.take(call, maxPageBytes);
    await this.turns.take();
    const page = pageOf(this.reflector.store.list(), command, this.targets);
    room.shrinkTo(pageBytes(page));
    return page;
  }

  private async reach({ namespace, minResourceVersion }: ListCommand, signal: AbortSignal): Promise<void> {
    if (minResourceVersion === undefined) return;
    if (!isResourceVersion(minResourceVersion)) {
      throw invalidField(['minResourceVersion'], 'must be a resource version that this service has told');
    }
    if (await this.ahead.within(catchUpMs, { namespace }, minResourceVersion, signal)) return;
    await this.ahead.assertReal({ namespace }, minResourceVersion);
    throw notYet(`this replica does not know of resource version ${minResourceVersion} yet`);
  }
}

function notYet(message: string): ApiError {
  return new ApiError('Unavailable', message, { retryAfterMs });
}
