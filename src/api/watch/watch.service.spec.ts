import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { keepAliveMs } from '../call/stream-signal.ts';
import { OpenStreams } from '../call/open-streams.ts';
import { ResourceVersionBarrier, graceMs } from '../cache/resource-version-barrier.ts';
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
  let more = () => undefined as void;
  const revision = { now: '100' };
  const listRaw = jest.fn(() => Promise.resolve({ items, resourceVersion: revision.now, continue: undefined }));
  const client = {
    listRaw,
    async *watch() {
      for (;;) {
        for (const event of events.splice(0)) yield event;
        await new Promise<void>((resolve) => (more = resolve));
      }
    },
  };
  const reflector = new Reflector({ client: client, resource: workflowExecutionResource, clock });
  const changes = new WatchCache<WorkflowExecution>(reflector, tombstones);
  const stop = new AbortController();
  stopping.push(stop);
  if (listed) void reflector.run(stop.signal);
  const streams = new OpenStreams({ maxStreams, maxStreamsPerCaller: maxStreams, authCacheMs: 10_000 }, clock);
  const ahead = new ResourceVersionBarrier(client as never, reflector, clock);
  const service = new WatchService(reflector, changes, ahead, streams, targetsOf(), { watchNamespaces: [] }, clock);
  const gone = new AbortController();
  return {
    clock,
    streams,
    revision,
    listRaw,
    gone,
    watch: (command: WatchCommand = {}) =>
      service.watch(command, { signal: gone.signal, recheck: () => Promise.resolve() }),
    /** Lets the API server tell something. */
    tell: async (...told: RawEvent[]) => {
      events.push(...told);
      more();
      await settle();
    },
  };
}

const stopping: AbortController[] = [];
afterEach(() => stopping.splice(0).forEach((each) => each.abort()));

const changed = (name: string, version: number): RawEvent => ({ type: 'MODIFIED', raw: anExecution(name, version) });
const deleted = (name: string, version: number): RawEvent => ({ type: 'DELETED', raw: anExecution(name, version) });

/** Takes events as they come, and notes them and the end. */
function read(events: AsyncGenerator<WatchEvent>): { told: string[]; end?: unknown } {
  const seen: { told: string[]; end?: unknown } = { told: [] };
  void (async () => {
    try {
      for await (const event of events) {
        const what = 'object' in event ? ` ${event.object.metadata.name}` : '';
        seen.told.push(`${event.type}${what} ${event.resourceVersion}`);
      }
      seen.end = 'done';
    } catch (error) {
      seen.end = error;
    }
  })();
  return seen;
}

describe('a watch', () => {
  it('has a bookmark when nothing was told for a while, and not when something was', async () => {
    const { clock, tell, watch } = aService();
    await settle();
    const seen = read(watch());
    await settle();
    await clock.advance(keepAliveMs - 1);
    await tell(changed('a', 101));
    await clock.advance(keepAliveMs - 1);
    const before = [...seen.told];
    await tell({ type: 'BOOKMARK', resourceVersion: '120' });
    await clock.advance(1);

    expect(before).toEqual(['updated a 50', 'synced 100', 'updated a 101']);
    expect(seen.told.slice(3)).toEqual(['bookmark 120']);
  });

  it('has a bookmark when all that happens is not for it', async () => {
    const { clock, tell, watch } = aService();
    await settle();
    const seen = read(watch({ workflowId: 'other' }));
    await settle();
    for (let version = 101; version < 110; version++) {
      await clock.advance(keepAliveMs / 5);
      await tell(changed('a', version));
    }

    expect(seen.told).toEqual(['synced 100', 'bookmark 104']);
  });

  it('keeps up with what is not for it, however much has gone, and is told of what is', async () => {
    const { tell, watch } = aService({ tombstones: 2 });
    await settle();
    const seen = read(watch({ remediationRequest: 'wanted' }));
    await settle();
    for (const name of ['b', 'c', 'd', 'e']) await tell(changed(name, 101), deleted(name, 102));
    const wanted = aWorkflowExecution({
      metadata: { name: 'wanted', uid: 'uid-wanted', resourceVersion: '103' },
      spec: { remediationRequestRef: { name: 'wanted' } },
    });
    await tell({ type: 'MODIFIED', raw: wanted }, changed('f', 104));

    expect(seen).toEqual({ told: ['synced 100', 'updated wanted 103'] });
  });

  it('is asked to come back while the cluster is still being read', async () => {
    const seen = read(aService({ listed: false }).watch());
    await settle();

    expect(seen.end).toMatchObject({ code: 'Unavailable', details: { retryAfterMs: 1_000 } });
  });

  it('is one of the streams that are counted, and only as long as it lasts', async () => {
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

  it('ends with what the service ends it with', async () => {
    const { watch, streams } = aService();
    await settle();
    const seen = read(watch());
    await settle();
    const reason = new ApiError('Unavailable', 'the service stops');
    streams.endAll(reason);
    await settle();

    expect(seen.end).toBe(reason);
  });

  it('is not read ahead of its reader, and ends when more has gone than is remembered', async () => {
    const { watch, tell } = aService({ items: [anExecution('a', 50), anExecution('b', 60)] });
    await settle();
    const events = watch();
    const first = await events.next();
    for (const name of ['c', 'd', 'e']) {
      await tell(changed(name, 101), deleted(name, 102));
    }

    expect(first.value).toMatchObject({ type: 'updated', resourceVersion: '50' });
    await expect(events.next()).rejects.toMatchObject({ code: 'PositionExpired' });
  });

  it('yields the latest state of what changed while its reader was slow', async () => {
    const { watch, tell, gone } = aService({ items: [anExecution('a', 50), anExecution('b', 60)] });
    await settle();
    const events = watch();
    await events.next();
    for (let version = 101; version <= 1_100; version++) await tell(changed('b', version));
    const seen = read(events);
    await settle();
    gone.abort();

    expect(seen.told).toEqual(['updated b 1100', 'synced 1100']);
  });

  describe('that goes on where another replica was', () => {
    it('waits until this one knows as much', async () => {
      const { watch, tell, clock } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '101' }));
      await clock.advance(graceMs - 1);
      const before = [...seen.told];
      await tell(changed('a', 101), changed('a', 102));

      expect(before).toEqual([]);
      expect(seen.told).toEqual(['updated a 102', 'synced 102']);
    });

    it('goes on waiting when the cluster has come to it, with a sign of life', async () => {
      const { watch, tell, clock, revision } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '110' }));
      revision.now = '115';
      await clock.advance(graceMs + keepAliveMs);
      const before = [...seen.told];
      await tell({ type: 'BOOKMARK', resourceVersion: '112' });

      expect(before).toEqual(['bookmark 110']);
      expect(seen.told).toEqual(['bookmark 110', 'synced 112']);
    });

    it('is told when the cluster has never come to it', async () => {
      const { watch, clock } = aService();
      await settle();
      const seen = read(watch({ resourceVersion: '110' }));
      await clock.advance(graceMs);
      await settle();

      expect(seen.end).toMatchObject({ code: 'PositionExpired' });
    });

    it('is asked to come back when the cluster can not be asked', async () => {
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
