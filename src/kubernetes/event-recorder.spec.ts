import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from './client.ts';
import { AlreadyExistsError, ForbiddenError, NotFoundError, UnavailableError } from './errors.ts';
import { EventRecorder } from './event-recorder.ts';
import { newEvent, type EventInput, type NewEvent } from './event.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import type { ObjectKey } from './kubernetes-object.ts';
import { aThing } from './kubernetes-object.builders.ts';

const created: EventInput = { type: 'Normal', reason: 'Created', action: 'Create', note: 'It is there' };
const minute = 60_000;

/** A running recorder, and what it has written: `create NAME of THING` and `count NAME N`. */
function aRecorder() {
  const clock = new FakeClock();
  const written: string[] = [];
  const events: NewEvent[] = [];
  const failures: Error[] = [];
  const warnings: object[] = [];
  const attempt = () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return Promise.resolve();
  };
  const client = {
    async create(_resource: unknown, event: NewEvent) {
      await attempt();
      events.push(event);
      written.push(`create ${event.regarding.name} ${event.series?.count ?? 1}`);
    },
    async patch(_resource: unknown, _key: ObjectKey, patch: { series: { count: number } }) {
      await attempt();
      written.push(`count ${patch.series.count}`);
    },
  };
  const urgent = { exists: false };
  const recorder = new EventRecorder({
    client: client as unknown as Pick<KubernetesClient, 'create' | 'patch'>,
    reporter: { controller: 'example.com/test', instance: 'pod-1' },
    clock,
    random: () => 0.5,
    yieldsTo: () => urgent.exists,
    log: { debug() {}, info() {}, error() {}, warn: (fields) => warnings.push(fields) },
  });
  const stop = new AbortController();
  const run = recorder.run(stop.signal);
  return { urgent, recorder, clock, written, events, failures, warnings, stop, run };
}

describe('newEvent', () => {
  const reporter = { controller: 'example.com/test', instance: 'pod-1' };
  const at = new Date('2026-01-02T03:04:05.678Z');

  it('builds an events.k8s.io/v1 Event', () => {
    expect(newEvent(reporter, aThing('a', 5), created, at, 'x1')).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'default', name: 'a.x1' },
      eventTime: '2026-01-02T03:04:05.678000Z',
      reportingController: 'example.com/test',
      reportingInstance: 'pod-1',
      type: 'Normal',
      reason: 'Created',
      action: 'Create',
      note: 'It is there',
      regarding: {
        apiVersion: 'test/v1',
        kind: 'Thing',
        namespace: 'default',
        name: 'a',
        uid: 'uid-a',
        resourceVersion: '5',
      },
    });
  });

  it('respects the limits of the API server', () => {
    const note = '€'.repeat(500);
    const event = newEvent(
      reporter,
      aThing('a'.repeat(253), 5, { namespace: undefined }),
      { ...created, note },
      at,
      'x1',
    );
    expect(event.metadata.name).toBe(`${'a'.repeat(250)}.x1`);
    expect(event.metadata.namespace).toBe('default');
    expect(event.note).toBe('€'.repeat(341));
  });
});

describe('a recorder', () => {
  it('counts repeated occurrences and writes the count at most every ten seconds', async () => {
    const { recorder, clock, written } = aRecorder();
    for (let i = 0; i < 5; i++) recorder.record(aThing('a', i), created);
    await clock.advance(9_999);
    expect(written).toEqual(['create a 1']);
    recorder.record(aThing('a', 6), created);
    recorder.record(aThing('a', 7), created);
    await clock.advance(20_000);
    expect(written).toEqual(['create a 1', 'count 7']);
  });

  it('creates another Event for another note, which may be newer state', async () => {
    const { recorder, clock, events, written } = aRecorder();
    recorder.record(aThing('a', 1), created);
    recorder.record(aThing('a', 1), { ...created, note: 'It is there again' });
    recorder.record(aThing('a', 1), created);
    await clock.advance(10_000);
    expect(events.map(({ note }) => note)).toEqual(['It is there', 'It is there again']);
    expect(written.at(-1)).toBe('count 2');
  });

  it('creates another Event for another object or reason, and after a long pause', async () => {
    const { recorder, clock, written } = aRecorder();
    recorder.record(aThing('a', 1), created);
    recorder.record(aThing('b', 1), created);
    recorder.record(aThing('a', 1), { ...created, reason: 'Changed' });
    await clock.advance(6 * minute + 1);
    recorder.record(aThing('a', 1), created);
    await settle();
    expect(written).toEqual(['create a 1', 'create b 1', 'create a 1', 'create a 1']);
  });

  it('limits the Events of one object', async () => {
    const { recorder, clock, written } = aRecorder();
    for (let i = 0; i < 40; i++) recorder.record(aThing('a', 1), { ...created, reason: `Reason${i}` });
    recorder.record(aThing('b', 1), created);
    await settle();
    expect(written.filter((line) => line.startsWith('create a'))).toHaveLength(25);
    expect(written).toContain('create b 1');
    await clock.advance(5 * minute);
    recorder.record(aThing('a', 1), { ...created, reason: 'Another' });
    await settle();
    expect(written.filter((line) => line.startsWith('create a'))).toHaveLength(26);
  });

  it('limits the number of series', async () => {
    const { recorder, written } = aRecorder();
    for (let i = 0; i < 5_000; i++) recorder.record(aThing(`thing-${i}`, 1), created);
    await settle();
    expect(written).toHaveLength(4_096);
    recorder.record(aThing('later', 1), created);
    await settle();
    expect(written).toHaveLength(4_097);
    recorder.record(aThing('thing-0', 1), created);
    await settle();
    expect(written.at(-1)).toBe('create thing-0 1');
  });

  it('yields to more urgent work for at most 30 s', async () => {
    const { recorder, clock, written, urgent } = aRecorder();
    urgent.exists = true;
    recorder.record(aThing('a', 1), created);
    await clock.advance(29_000);
    expect(written).toEqual([]);
    await clock.advance(1_000);
    expect(written).toEqual(['create a 1']);

    recorder.record(aThing('b', 1), created);
    await clock.advance(1_000);
    urgent.exists = false;
    await clock.advance(250);
    expect(written).toEqual(['create a 1', 'create b 1']);
  });

  it('does not yield while draining', async () => {
    const { recorder, clock, written, urgent } = aRecorder();
    urgent.exists = true;
    recorder.record(aThing('a', 1), created);
    await clock.advance(1_000);
    const drained = recorder.drain();
    await clock.advance(250);
    await drained;
    expect(written).toEqual(['create a 1']);
  });

  it('retries while the API server is unavailable and finally drops the Event', async () => {
    const { recorder, clock, written, failures, warnings } = aRecorder();
    failures.push(new UnavailableError('down'), new UnavailableError('down'));
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    expect(written).toEqual(['create a 1']);

    warnings.length = 0;
    failures.push(...Array.from({ length: 20 }, () => new UnavailableError('down')));
    recorder.record(aThing('b', 1), created);
    await clock.advance(60 * minute);
    expect(written).toEqual(['create a 1']);
    expect(failures).toHaveLength(11);
    expect(warnings.at(-1)).toMatchObject({ object: 'default/b', reason: 'Created' });
  });

  it('drops an Event that the API server rejects', async () => {
    const { recorder, clock, written, failures, warnings } = aRecorder();
    failures.push(new ForbiddenError('namespace is terminating'));
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    expect(written).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('continues an Event whose create response was lost', async () => {
    const { recorder, clock, written, failures } = aRecorder();
    failures.push(new UnavailableError('answer lost'), new AlreadyExistsError('it is there'));
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    expect(written).toEqual([]);
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    expect(written).toEqual(['count 2']);
  });

  it('creates an Event again that the API server has deleted', async () => {
    const { recorder, clock, written, failures } = aRecorder();
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    failures.push(new NotFoundError('gone'));
    recorder.record(aThing('a', 1), created);
    await clock.advance(minute);
    expect(written).toEqual(['create a 1', 'create a 2']);
  });

  it('writes the counts on drain', async () => {
    const { recorder, run, stop, written } = aRecorder();
    recorder.record(aThing('a', 1), created);
    await settle();
    recorder.record(aThing('a', 1), created);
    await recorder.drain();
    recorder.record(aThing('too-late', 1), created);
    stop.abort();
    await run;
    expect(written).toEqual(['create a 1', 'count 2']);
  });
});
