import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import { WatchCursor } from '../../kubernetes/watch-cursor.ts';
import { Targets } from '../../targets/targets.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { PacedQueue } from '../../connections/paced-queue.ts';
import { executionOf, type CachedExecution, type ExecutionSummary } from '../executions/cached-execution.ts';
import { graceMs, ResourceVersionBarrier } from '../executions/resource-version-barrier.ts';
import type { Call } from '../call/call.ts';
import { OpenStreams, throwIfEnded } from '../call/open-streams.ts';
import { streamKeepAliveMs } from '../../config/limits.ts';
import { StreamSignal } from '../call/stream-signal.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { watchFilter } from './watch-filter.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** Retry delay for a caller of a replica that is not ready yet, in milliseconds. */
const retryAfterMs = 1_000;

/** Events of all watches per turn of the event loop: about 5 ms of work. */
const eventsPerTurn = 256;

type Matches = (execution: ExecutionSummary) => boolean;

/**
 * Watches of executions. All of them read one log of changes, and each is a position in it: a slow watch costs no memory
 * and receives the latest state of each execution.
 */
@Injectable()
export class WatchService {
  private readonly budget = new PacedQueue(eventsPerTurn);

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    private readonly changes: WatchCache<CachedExecution>,
    private readonly barrier: ResourceVersionBarrier,
    private readonly streams: OpenStreams,
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The events of a watch until the call ends. They are produced on demand, never ahead of the reader.
   *
   * @throws ApiError InvalidArgument; PositionExpired, also later if the reader is too slow; Unavailable if this replica
   *   is not ready or stops; ResourceExhausted; why the caller has lost its right
   */
  async *watch(command: WatchCommand, call: Call): AsyncGenerator<WatchEvent, void, undefined> {
    if (command.targetResource !== undefined) await this.targets.loaded(call.signal);
    const matches = watchFilter(command, this.targets);
    this.assertServed(command);
    if (!this.reflector.hasSynced) {
      throw new ApiError('Unavailable', 'the executions of the cluster are still being read', { retryAfterMs });
    }
    using stream = this.streams.open(call);
    const { resourceVersion } = command;
    if (resourceVersion !== undefined) yield* this.waitUntilReached(command, resourceVersion, stream.signal);
    const cursor = new WatchCursor(this.changes, command.namespace, resourceVersion);
    yield* this.follow(cursor, matches, stream.signal);
    throwIfEnded(stream);
  }

  private async *follow(
    cursor: WatchCursor<CachedExecution>,
    matches: Matches,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    using wakeUp = new StreamSignal(this.clock, signal);
    let [synced, waiting] = [false, false];
    // Waking 1,000 watches for a change that ten of them match costs four times as much as this check (docs/adr/0016).
    const concerns = () => !waiting || cursor.isExpired || cursor.skipTo(matches);
    const unsubscribe = this.changes.onChange(() => concerns() && wakeUp.notify());
    try {
      while (!signal.aborted) {
        const event = nextEvent(cursor, matches, { synced, isKeepAliveDue: wakeUp.isKeepAliveDue });
        waiting = event === 'none';
        if (waiting) await wakeUp.wait();
        else await this.budget.take();
        if (typeof event === 'string') continue;
        synced ||= event.type === 'synced';
        wakeUp.sent();
        yield event;
      }
    } finally {
      unsubscribe();
    }
  }

  /** Waits until this replica has reached the resource version to resume from, with bookmarks as keep-alives. */
  private async *waitUntilReached(
    command: WatchCommand,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    if (await this.barrier.reachedWithin(graceMs, command, resourceVersion, signal)) return;
    if (!signal.aborted) await this.barrier.assertExists(command, resourceVersion);
    while (
      !signal.aborted &&
      !(await this.barrier.reachedWithin(streamKeepAliveMs, command, resourceVersion, signal))
    ) {
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

/** The next event of a watch; `skipped` if the next change does not match, `none` if there is no change. */
function nextEvent(
  cursor: WatchCursor<CachedExecution>,
  matches: Matches,
  { synced, isKeepAliveDue }: { readonly synced: boolean; readonly isKeepAliveDue: boolean },
): WatchEvent | 'skipped' | 'none' {
  if (cursor.isExpired) {
    const message = 'the changes since this resource version are no longer available; watch again without one';
    throw new ApiError('PositionExpired', message);
  }
  if (!synced && cursor.isSynced) return { type: 'synced', resourceVersion: cursor.position };
  const read = cursor.next();
  if (read === undefined) return isKeepAliveDue ? { type: 'bookmark', resourceVersion: cursor.position } : 'none';
  const { object, deleted } = read.entry;
  if (!matches(object)) return 'skipped';
  return { type: deleted ? 'deleted' : 'updated', object: executionOf(object), resourceVersion: read.position };
}
