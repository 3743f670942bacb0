import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { WatchCursor } from '../../kubernetes/watch-cursor.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { Targets } from '../../targets/targets.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { Call } from '../call/call.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { keepAliveMs } from '../call/keep-alive.ts';
import { OpenStreams, throwIfEnded } from '../call/open-streams.ts';
import { ResourceVersionBarrier, graceMs, WATCH_CLOCK } from '../cache/resource-version-barrier.ts';
import { Pulse } from './pulse.ts';
import { EventLoopBudget } from '../cache/event-loop-budget.ts';
import { selectionOf } from './watch-selection.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** How long a caller waits before it asks a replica again that does not know enough yet, in milliseconds. */
const retryAfterMs = 1_000;

/** Events that are sent before the event loop goes round: about 5 ms of work. */
const eventsPerTurn = 256;

/**
 * Watches of executions, read from one log of changes however many there are. A watch is a position in it: one that is
 * read slowly costs no memory, and comes to the latest state of each execution.
 */
@Injectable()
export class WatchService {
  private readonly budget = new EventLoopBudget(eventsPerTurn);

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    private readonly changes: ChangeLog<WorkflowExecution>,
    private readonly ahead: ResourceVersionBarrier,
    private readonly streams: OpenStreams,
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The events of a watch, until the caller goes away: made as they are asked for, never ahead of it.
   *
   * @throws ApiError InvalidArgument; PositionExpired, also later when the caller is too slow; Unavailable when this
   *   replica does not know enough yet, or stops; what has become of the caller's right
   */
  async *watch(command: WatchCommand, call: Call): AsyncGenerator<WatchEvent, void, undefined> {
    if (command.targetResource !== undefined) await this.targets.loaded(call.signal);
    const selects = selectionOf(command, this.targets);
    this.assertServed(command);
    if (!this.reflector.hasSynced) throw notYet('the executions of the cluster are still being read');
    using stream = this.streams.open(call);
    const { resourceVersion } = command;
    if (resourceVersion !== undefined) yield* this.catchUp(command, resourceVersion, stream.signal);
    const cursor = new WatchCursor(this.changes, command.namespace, resourceVersion);
    yield* this.follow(cursor, selects, stream.signal);
    throwIfEnded(stream);
  }

  private async *follow(
    cursor: WatchCursor<WorkflowExecution>,
    selects: (execution: WorkflowExecution) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    let [synced, waiting] = [false, false];
    // With a thousand watches, each change is for a few: to look is a tenth of what it takes to wake up.
    const isForIt = () => !waiting || cursor.isExpired || cursor.skipTo(selects);
    const subscribe = (ring: () => void) => this.changes.onChange(() => isForIt() && ring());
    using pulse = new Pulse(this.clock, keepAliveMs, signal, subscribe);
    while (!signal.aborted) {
      const event = this.nextOf(cursor, selects, { synced, quiet: pulse.isQuiet });
      waiting = event === 'nothing';
      if (waiting) await pulse.wait();
      else await this.budget.spend();
      if (typeof event === 'string') continue;
      synced ||= event.type === 'synced';
      pulse.told();
      yield event;
    }
  }

  /** What is to be told next; `skipped` when what came next is not for this watch. */
  private nextOf(
    cursor: WatchCursor<WorkflowExecution>,
    selects: (execution: WorkflowExecution) => boolean,
    { synced, quiet }: { readonly synced: boolean; readonly quiet: boolean },
  ): WatchEvent | 'skipped' | 'nothing' {
    if (cursor.isExpired) throw expired('what has happened since the last event is not known any more');
    if (!synced && cursor.isSynced) return { type: 'synced', resourceVersion: cursor.position };
    const read = cursor.next();
    if (read === undefined) return quiet ? { type: 'bookmark', resourceVersion: cursor.position } : 'nothing';
    const { object, gone } = read.entry;
    if (!selects(object)) return 'skipped';
    return { type: gone ? 'deleted' : 'updated', object, resourceVersion: read.position };
  }

  /** Goes on only when this replica knows everything that the caller does; has little to tell meanwhile. */
  private async *catchUp(
    command: WatchCommand,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    if (await this.ahead.reachedWithin(graceMs, command, resourceVersion, signal)) return;
    if (!signal.aborted) await this.ahead.assertExists(command, resourceVersion);
    while (!signal.aborted && !(await this.ahead.reachedWithin(keepAliveMs, command, resourceVersion, signal))) {
      if (!signal.aborted) yield { type: 'bookmark', resourceVersion };
    }
  }

  private assertServed({ namespace }: WatchCommand): void {
    const { watchNamespaces } = this.config;
    if (namespace === undefined || watchNamespaces.length === 0 || watchNamespaces.includes(namespace)) return;
    throw invalidField(
      ['metadata', 'namespace'],
      `must be one that this service serves (${watchNamespaces.join(', ')})`,
    );
  }
}

function notYet(message: string): ApiError {
  return new ApiError('Unavailable', message, { retryAfterMs });
}

function expired(why: string): ApiError {
  return new ApiError('PositionExpired', `${why}; watch again without a resource version`);
}
