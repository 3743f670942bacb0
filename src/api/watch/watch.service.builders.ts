import { afterEach, jest } from '@jest/globals';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import type { WatchQuery } from '../../kubernetes/client.ts';
import { InvalidError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { cachedExecutionResource, type CachedExecution } from '../executions/cached-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import { OpenStreams } from '../call/open-streams.ts';
import { ResourceVersionBarrier } from '../executions/resource-version-barrier.ts';
import { WatchService } from './watch.service.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

/** An event of the API server. */
export type RawEvent = { type: 'MODIFIED' | 'DELETED'; raw: unknown } | { type: 'BOOKMARK'; resourceVersion: string };

/** An execution at a resource version. */
export function anExecution(name: string, resourceVersion: number): WorkflowExecution {
  return aWorkflowExecution({ metadata: { name, uid: `uid-${name}`, resourceVersion: String(resourceVersion) } });
}

/** A cluster at resource version 100 with some executions, and a service that watches it. */
export function aService({ items = [anExecution('a', 50)], maxStreams = 10, tombstones = 2, listed = true } = {}) {
  const clock = new FakeClock();
  const events: RawEvent[] = [];
  let wake = () => undefined as void;
  const cluster = { resourceVersion: '100' };
  const listRaw = jest.fn(() => Promise.resolve({ items, ...cluster, continue: undefined }));
  const client = {
    listRaw,
    async *watch(_resource: unknown, { resourceVersion }: WatchQuery) {
      if (resourceVersion === undefined) throw new InvalidError('streaming lists are not supported');
      for (;;) {
        for (const event of events.splice(0)) yield event;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  const reflector = new Reflector({ client: client, resource: cachedExecutionResource, clock });
  const cache = new WatchCache<CachedExecution>(reflector, tombstones);
  const stop = new AbortController();
  stopping.push(stop);
  if (listed) void reflector.run(stop.signal);
  const streams = new OpenStreams({ maxStreams, maxStreamsPerCaller: maxStreams, authCacheMs: 10_000 }, clock);
  const barrier = new ResourceVersionBarrier(client as never, reflector, clock);
  const responses = new ResponseBudget();
  const service = new WatchService(
    reflector,
    cache,
    barrier,
    streams,
    responses,
    targetsOf(),
    { watchNamespaces: [] },
    clock,
  );
  const gone = new AbortController();
  return {
    clock,
    streams,
    cluster,
    listRaw,
    gone,
    watch: (command: WatchCommand = {}, username = 'alice') =>
      service.watch(command, {
        caller: { username, groups: [], extra: {} },
        signal: gone.signal,
        abort: () => undefined,
        recheck: () => Promise.resolve(),
      }),
    /** Sends events of the API server. */
    send: async (...sent: RawEvent[]) => {
      events.push(...sent);
      wake();
      await settle();
    },
  };
}

const stopping: AbortController[] = [];
afterEach(() => stopping.splice(0).forEach((each) => each.abort()));

/** Records the events as they arrive, and how the watch ended. */
export function read(events: AsyncGenerator<WatchEvent>): { events: string[]; end?: unknown } {
  const seen: { events: string[]; end?: unknown } = { events: [] };
  void (async () => {
    try {
      for await (const event of events) {
        const name = event.object === undefined ? '' : ` ${event.object.metadata.name}`;
        seen.events.push(`${event.type}${name} ${event.resourceVersion}`);
      }
      seen.end = 'done';
    } catch (error) {
      seen.end = error;
    }
  })();
  return seen;
}
