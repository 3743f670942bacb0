import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { streamKeepAliveMs } from '../../config/limits.ts';
import { graceMs } from '../executions/resource-version-barrier.ts';

import { aService, anExecution, read, type RawEvent } from './watch.service.builders.ts';

const changed = (name: string, version: number): RawEvent => ({ type: 'MODIFIED', raw: anExecution(name, version) });
const deleted = (name: string, version: number): RawEvent => ({ type: 'DELETED', raw: anExecution(name, version) });

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

    expect(before).toEqual(['updated a 1', 'synced 100', 'updated a 101']);
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

    expect(first.value).toMatchObject({ type: 'updated', resourceVersion: '1' });
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
