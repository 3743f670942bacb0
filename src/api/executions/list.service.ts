import { Injectable } from '@nestjs/common';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { Targets } from '../../targets/targets.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { assertSynced, notReady, ResourceVersionBarrier } from './resource-version-barrier.ts';
import { ResponseBudget, type ResponseCall } from '../call/byte-budget.ts';
import type { CachedExecution } from './cached-execution.ts';
import type { ExecutionPage, ListCommand } from './commands.ts';
import { maxPageBytes } from '../../config/limits.ts';
import { PageBuilder } from './list-page.ts';
import { PacedReads } from './paced-reads.ts';

/** How long a list waits for the cache to reach a resource version, in milliseconds. */
const catchUpMs = 5_000;

/** Executions that are read without a pause; some milliseconds of work. */
const readsPerTurn = 100;

/** Lists executions from the cache, without a request to the API server. */
@Injectable()
export class ListService {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    private readonly barrier: ResourceVersionBarrier,
    private readonly targets: Targets,
    private readonly responses: ResponseBudget,
    private readonly reads: PacedReads,
  ) {}

  /**
   * One page; waits while the caller has not read enough of its earlier answers.
   *
   * @param read how the transport shows an execution
   * @throws ApiError InvalidArgument for an invalid token; PositionExpired if the cluster has no
   *   such resource version; Unavailable if the cache has not synced or has not reached it; Cancelled
   */
  async list<E>(
    command: ListCommand,
    call: ResponseCall,
    read: (cached: CachedExecution) => E,
  ): Promise<ExecutionPage<E>> {
    const { signal } = call;
    assertSynced(this.reflector);
    if (command.filter.targetResource !== undefined) await this.targets.loaded(signal);
    await this.reach(command, signal);
    const room = await this.responses.reserve(call, maxPageBytes);
    const builder = new PageBuilder(command, this.targets);
    await this.reads.scan(this.reflector.store.values(), (execution) => builder.add(execution), call);
    const page = builder.build();
    room.shrinkTo(page.items.reduce((bytes, execution) => bytes + execution.jsonBytes, 0));
    return { ...page, items: await this.read(page.items, read, call) };
  }

  private async read<E>(
    cached: readonly CachedExecution[],
    read: (cached: CachedExecution) => E,
    call: ResponseCall,
  ): Promise<E[]> {
    const executions: E[] = [];
    for (const [index, one] of cached.entries()) {
      if (index > 0 && index % readsPerTurn === 0) await this.reads.turn(call);
      executions.push(read(one));
    }
    return executions;
  }

  private async reach({ namespace, minResourceVersion }: ListCommand, signal: AbortSignal): Promise<void> {
    if (minResourceVersion === undefined) return;
    if (await this.barrier.reachedWithin(catchUpMs, { namespace }, minResourceVersion, signal)) return;
    await this.barrier.assertExists({ namespace }, minResourceVersion);
    throw notReady(`this replica has not reached resource version ${minResourceVersion} yet`);
  }
}
