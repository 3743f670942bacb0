import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import type { WatchQuery } from '../../kubernetes/client.ts';
import { InvalidError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { cachedExecutionResource, type CachedExecution } from '../executions/cached-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { streamKeepAliveMs } from '../../config/limits.ts';
import { OpenStreams } from '../call/open-streams.ts';
import { ResourceVersionBarrier, graceMs } from '../executions/resource-version-barrier.ts';
import { WatchService } from './watch.service.ts';
import type { WatchCommand, WatchEvent } from './watch.types.ts';

type RawEvent = { type: 'MODIFIED' | 'DELETED'; raw: unknown } | { type: 'BOOKMARK'; resourceVersion: string };

function anExecution(name: string, resourceVersion: number): WorkflowExecution {
  return aWorkflowExecution({ metadata: { name, uid: `uid-${name}`, resourceVersion: String(resourceVersion) } });
}

/** A cluster at resource version 100 with some executions, and a service that watches it. */
function aService({ items = [anExecution('a', 50)], maxStreams = 10, tombstones = 2, listed = true } = {}) {
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
  const service = new WatchService(reflector, cache, barrier, streams, targetsOf(), { watchNamespaces: [] }, clock);
  const gone = new AbortController();
  return {
    clock,
    streams,
    cluster,
    listRaw,
    gone,
    watch: (command: WatchCommand = {}) =>
      service.watch(command, { signal: gone.signal, recheck: () => Promise.resolve() }),
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

const changed = (name: string, version: number): RawEvent => ({ type: 'MODIFIED', raw: anExecution(name, version) });
const deleted = (name: string, version: number): RawEvent => ({ type: 'DELETED', raw: anExecution(name, version) });

/** Records the events as they arrive, and how the watch ended. */
function read(events: AsyncGenerator<WatchEvent>): { events: string[]; end?: unknown } {
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

describe('a watch', () => {
  it('sends a bookmark after a while without another event', async () => {
    const { clock, send, watch } = aService();
    await settle();
    const seen = read(watch());
    await settle();
    await clock.advance(streamKeepAliveMs - 1);
    await send(changed('a', 101));
    await clock.advance(streamKeepAliveMs - 1);
    const before = [...seen.events];
    await send({ type: 'BOOKMARK', resourceVersion: '120' });
    await clock.advance(1);

    expect(before).toEqual(['updated a 50', 'synced 100', 'updated a 101']);
    expect(seen.events.slice(3)).toEqual(['bookmark 120']);
  });

  it('sends a bookmark while changes do not match its filter', async () => {
    const { clock, send, watch } = aService();
    await settle();
    const seen = read(watch({ workflowId: 'other' }));
    await settle();
    for (let version = 101; version < 110; version++) {
      await clock.advance(streamKeepAliveMs / 5);
      await send(changed('a', version));
    }

    expect(seen.events).toEqual(['synced 100', 'bookmark 104']);
  });

  it('does not expire while deletions do not match its filter, and sends what matches', async () => {
    const { send, watch } = aService({ tombstones: 2 });
    await settle();
    const seen = read(watch({ remediationRequest: 'wanted' }));
    await settle();
    for (const name of ['b', 'c', 'd', 'e']) await send(changed(name, 101), deleted(name, 102));
    const wanted = aWorkflowExecution({
      metadata: { name: 'wanted', uid: 'uid-wanted', resourceVersion: '103' },
      spec: { remediationRequestRef: { name: 'wanted' } },
    });
    await send({ type: 'MODIFIED', raw: wanted }, changed('f', 104));

    expect(seen).toEqual({ events: ['synced 100', 'updated wanted 103'] });
  });

  it('is refused until the executions of the cluster are listed', async () => {
    const seen = read(aService({ listed: false }).watch());
    await settle();

    expect(seen.end).toMatchObject({ code: 'Unavailable', details: { retryAfterMs: 1_000 } });
  });

  it('counts as an open stream until it ends', async () => {
    const { watch, streams, gone } = aService({ maxStreams: 1 });
    await settle();
    read(watch());
    const second = read(watch());
    await settle();
    const open = streams.size;
    gone.abort();
    await settle();

    expect(second.end).toMatchObject({ code: 'ResourceExhausted' });
    expect([open, streams.size]).toEqual([1, 0]);
  });

  it('leaves no timer behind', async () => {
    const { watch, gone, clock } = aService();
    await settle();
    const before = clock.pending;
    const seen = read(watch());
    await settle();
    gone.abort();
    await settle();

    expect(seen.end).toBe('done');
    expect(clock.pending).toBe(before);
  });

  it('ends with the error of the service', async () => {
    const { watch, streams } = aService();
    await settle();
    const seen = read(watch());
    await settle();
    const reason = new ApiError('Unavailable', 'the service stops');
    streams.endAll(reason);
    await settle();

    expect(seen.end).toBe(reason);
  });

  it('is not read ahead of its reader, and expires after too many deletions', async () => {
    const { watch, send } = aService({ items: [anExecution('a', 50), anExecution('b', 60)] });
    await settle();
    const events = watch();
    const first = await events.next();
    for (const name of ['c', 'd', 'e']) {
      await send(changed(name, 101), deleted(name, 102));
    }

    expect(first.value).toMatchObject({ type: 'updated', resourceVersion: '50' });
    await expect(events.next()).rejects.toMatchObject({ code: 'PositionExpired' });
  });

  it('sends a slow reader the latest state only', async () => {
    const { watch, send, gone } = aService({ items: [anExecution('a', 50), anExecution('b', 60)] });
    await settle();
    const events = watch();
    await events.next();
    for (let version = 101; version <= 1_100; version++) await send(changed('b', version));
    const seen = read(events);
    await settle();
    gone.abort();

    expect(seen.events).toEqual(['updated b 1100', 'synced 1100']);
  });

  describe('that resumes from an event of another replica', () => {
    it('waits until this replica has reached its resource version', async () => {
      const { watch, send, clock } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '101' }));
      await clock.advance(graceMs - 1);
      const before = [...seen.events];
      await send(changed('a', 101), changed('a', 102));

      expect(before).toEqual([]);
      expect(seen.events).toEqual(['updated a 102', 'synced 102']);
    });

    it('sends bookmarks while it waits, if the cluster has reached the resource version', async () => {
      const { watch, send, clock, cluster } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '110' }));
      cluster.resourceVersion = '115';
      await clock.advance(graceMs + streamKeepAliveMs);
      const before = [...seen.events];
      await send({ type: 'BOOKMARK', resourceVersion: '112' });

      expect(before).toEqual(['bookmark 110']);
      expect(seen.events).toEqual(['bookmark 110', 'synced 112']);
    });

    it('expires if the cluster has never reached the resource version', async () => {
      const { watch, clock } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '110' }));
      await clock.advance(graceMs);
      await settle();

      expect(seen.end).toMatchObject({ code: 'PositionExpired' });
    });

    it('is refused with one request for all if the API server is unreachable', async () => {
      const { watch, clock, listRaw } = aService();
      await settle();
      const watches = [read(watch({ resourceVersion: '110' })), read(watch({ resourceVersion: '111' }))];
      const { promise, reject } = Promise.withResolvers<never>();
      listRaw.mockReturnValue(promise);
      const calls = listRaw.mock.calls.length;
      await clock.advance(graceMs);
      reject(new UnavailableError('no connection'));
      await settle();

      for (const { end } of watches) expect(end).toMatchObject({ code: 'Unavailable' });
      expect(listRaw.mock.calls.length - calls).toBe(1);
    });
  });
});
