import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, serves } from '../../config/config.ts';
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
import { assertSynced, graceMs, ResourceVersionBarrier } from '../executions/resource-version-barrier.ts';
import { ResponseBudget, type Reservation, type ResponseCall } from '../call/byte-budget.ts';
import type { Call } from '../call/call.ts';
import { OpenStreams, throwIfEnded } from '../call/open-streams.ts';
import { maxExecutionBytes, streamKeepAliveMs } from '../../config/limits.ts';
import { StreamSignal } from '../call/stream-signal.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { rememberLast } from './remember-last.ts';
import { watchFilter } from './watch-filter.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** Work per turn of the event loop over all watches, in bytes of JSON: some milliseconds. */
const bytesPerTurn = 512 * 1024;

/** The work of an event besides that of its size, in bytes of JSON. */
const leastBytes = 2 * 1024;

type Matches = (execution: ExecutionSummary) => boolean;

/**
 * Watches of executions. All of them read one log of changes, and each is a position in it: a slow watch costs no memory
 * and receives the latest state of each execution.
 */
@Injectable()
export class WatchService {
  private readonly pace = new PacedQueue(bytesPerTurn);
  private readonly read = rememberLast(executionOf);

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    private readonly changes: WatchCache<CachedExecution>,
    private readonly barrier: ResourceVersionBarrier,
    private readonly streams: OpenStreams,
    private readonly responses: ResponseBudget,
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The events of a watch until the call ends. They are produced on demand, never ahead of the reader: an event takes memory
   * from that of the caller's responses until the next one is requested.
   *
   * @throws ApiError InvalidArgument; PositionExpired, also later if the reader is too slow; Unavailable if this replica
   *   is not ready or stops; ResourceExhausted; why the caller has lost its right
   */
  async *watch(command: WatchCommand, call: Call): AsyncGenerator<WatchEvent, void, undefined> {
    if (command.targetResource !== undefined) await this.targets.loaded(call.signal);
    const matches = watchFilter(command, this.targets);
    this.assertServed(command);
    assertSynced(this.reflector);
    using stream = this.streams.open(call);
    const { resourceVersion } = command;
    if (resourceVersion !== undefined) yield* this.waitUntilReached(command, resourceVersion, stream.signal);
    const cursor = new WatchCursor(this.changes, command.namespace, resourceVersion);
    yield* this.follow(cursor, matches, { caller: call.caller, signal: stream.signal, abort: () => call.abort() });
    throwIfEnded(stream);
  }

  private async *follow(
    cursor: WatchCursor<CachedExecution>,
    matches: Matches,
    call: ResponseCall,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    const { signal } = call;
    using wakeUp = new StreamSignal(this.clock, signal);
    let [synced, waiting] = [false, false];
    // Waking 1,000 watches for a change that ten of them match costs four times as much as this check (docs/adr/0016).
    const concerns = () => !waiting || cursor.isExpired || cursor.skipTo(matches);
    const unsubscribe = this.changes.onChange(() => concerns() && wakeUp.notify());
    let room: Reservation | undefined;
    try {
      while (!signal.aborted) {
        // The last event has been read.
        room?.[Symbol.dispose]();
        const reserved = cursor.hasNext ? this.responses.reserveEvent(call, maxExecutionBytes) : undefined;
        // Its size is known when it is read, which is immediately unless the call has to wait.
        room = reserved instanceof Promise ? await reserved : reserved;
        const next = nextEvent(cursor, matches, { synced, isKeepAliveDue: wakeUp.isKeepAliveDue });
        const bytes = bytesOf(next);
        room?.shrinkTo(bytes);
        waiting = next === 'none';
        if (waiting) await wakeUp.wait();
        else await this.pace.take(Math.max(bytes, leastBytes));
        if (typeof next === 'string') continue;
        synced ||= next.type === 'synced';
        wakeUp.sent();
        yield this.readObject(next);
      }
    } finally {
      room?.[Symbol.dispose]();
      unsubscribe();
    }
  }

  private readObject(event: WatchEvent<CachedExecution>): WatchEvent {
    return event.object === undefined ? event : { ...event, object: this.read(event.object) };
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
    if (namespace === undefined || serves(this.config, namespace)) return;
    const served = this.config.watchNamespaces.join(', ');
    throw invalidField(['metadata', 'namespace'], `must be one that this service serves (${served})`);
  }
}

/** Length of the execution of an event as JSON. */
function bytesOf(next: WatchEvent<CachedExecution> | string): number {
  return typeof next === 'string' ? 0 : (next.object?.jsonBytes ?? 0);
}

/** The next event of a watch; `skipped` if the next change does not match, `none` if there is no change. */
function nextEvent(
  cursor: WatchCursor<CachedExecution>,
  matches: Matches,
  { synced, isKeepAliveDue }: { readonly synced: boolean; readonly isKeepAliveDue: boolean },
): WatchEvent<CachedExecution> | 'skipped' | 'none' {
  if (cursor.isExpired) {
    const message = 'the changes since this resource version are no longer available; watch again without one';
    throw new ApiError('PositionExpired', message);
  }
  if (!synced && cursor.isSynced) return { type: 'synced', resourceVersion: cursor.position };
  const read = cursor.next();
  if (read === undefined) return isKeepAliveDue ? { type: 'bookmark', resourceVersion: cursor.position } : 'none';
  const { object, deleted } = read.entry;
  if (!matches(object)) return 'skipped';
  return { type: deleted ? 'deleted' : 'updated', object, resourceVersion: read.position };
}
