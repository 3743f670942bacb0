import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '../kubernetes/fake-clock.builders.ts';
import type { EventInput } from '../kubernetes/event.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import { ObjectStore, type ChangeHandler } from '../kubernetes/store.ts';
import type { PausingObject } from '../pauses/pause.ts';
import { Pauses, pausingIndexes } from '../pauses/pauses.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import type { Executions } from './executions/executions.ts';
import { PauseReports } from './pause-reports.ts';
import { StartsInProgress } from './pipelinerun/starts-in-progress.ts';
import { lateCreateMs, UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';

const execution = aWorkflowExecution();

/** Pause reports at work in all namespaces, or in some. */
function setUp({ watchNamespaces = [] }: { watchNamespaces?: string[] } = {}) {
  const handlers: ChangeHandler<PausingObject>[] = [];
  const store = new ObjectStore<PausingObject>(pausingIndexes, (change) =>
    handlers.forEach((handle) => handle(change)),
  );
  const onChange = (handler: ChangeHandler<PausingObject>) => void handlers.push(handler);
  const namespaces = { store, onChange } as unknown as Reflector<PausingObject>;
  const none = new ObjectStore<PausingObject>(pausingIndexes, () => undefined);
  const configMaps = { store: none, onChange: () => undefined } as unknown as Reflector<PausingObject>;
  const clock = new FakeClock();
  const [starts, creates] = [new StartsInProgress(), new UnconfirmedCreates(clock)];
  const events: string[] = [];
  const notes: string[] = [];
  const recordAbout = ({ metadata }: KubernetesObject, { reason, note }: EventInput) => {
    events.push(`${reason} ${metadata.name}`);
    notes.push(note);
  };
  const executions = { all: () => [execution] } as unknown as Executions;
  const pauses = new Pauses(configMaps, namespaces, { watchNamespaces });
  const reports = new PauseReports(pauses, starts, creates, executions, { recordAbout }, clock, silentLogger);
  const leading = new AbortController();
  let version = 0;
  const namespace = (name: string, reason?: string) =>
    store.put(undefined, {
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name, uid: `uid-${name}`, resourceVersion: String(++version), creationTimestamp: '' },
      ...(reason === undefined ? {} : { pause: { namespace: name, reason } }),
    });
  return { reports, run: () => reports.run(leading.signal), leading, starts, creates, clock, events, notes, namespace };
}

describe('a pause', () => {
  it('is reported once, and its end', async () => {
    const { run, events, namespace, reports } = setUp();
    void run();
    namespace('payment', 'one');
    await settle();
    namespace('payment', 'one');
    await settle();
    expect(events).toEqual(['Paused payment']);
    expect(reports.inForce.map(({ metadata }) => metadata.name)).toEqual(['payment']);
    namespace('payment');
    await settle();
    expect(events).toEqual(['Paused payment', 'Resumed payment']);
    expect(reports.inForce).toEqual([]);
  });

  it('is reported again with another reason', async () => {
    const { run, events, notes, namespace, reports } = setUp();
    void run();
    namespace('payment', 'one');
    await settle();
    namespace('payment', 'two');
    await settle();
    expect(events).toEqual(['Paused payment', 'Paused payment']);
    expect(notes.map((note) => /: (one|two)\./.exec(note)?.[1])).toEqual(['one', 'two']);
    expect(reports.inForce.map(({ pause }) => pause?.reason)).toEqual(['two']);
  });

  it('is reported by every leader, also if it began before', async () => {
    const { run, events, namespace } = setUp();
    namespace('payment', 'one');
    void run();
    await settle();
    expect(events).toEqual(['Paused payment']);
  });

  it('is reported after the starts that were in progress', async () => {
    const { run, events, namespace, starts } = setUp();
    void run();
    const start = Promise.withResolvers<void>();
    void starts.track(start.promise);
    namespace('payment', 'one');
    await settle();
    expect(events).toEqual([]);
    start.resolve();
    await settle();
    expect(events).toEqual(['Paused payment']);
  });

  it('is reported when no create without an answer can take effect any more', async () => {
    const { run, events, namespace, starts, creates, clock } = setUp();
    void run();
    const start = Promise.withResolvers<void>();
    const failing = starts.track(start.promise).catch(() => creates.add(execution.metadata));
    namespace('payment', 'one');
    start.reject(new Error('reset'));
    await failing;
    await settle();
    await clock.advance(lateCreateMs - 1);
    await settle();
    expect(events).toEqual([]);
    await clock.advance(1);
    await settle();
    expect(events).toEqual(['Paused payment']);
  });

  it('that ends and begins again meanwhile is reported after the starts of the time between', async () => {
    const { run, events, namespace, starts } = setUp();
    void run();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    void starts.track(first.promise);
    namespace('payment', 'one');
    await settle();
    namespace('payment');
    void starts.track(second.promise);
    namespace('payment', 'one');
    first.resolve();
    await settle();
    expect(events).toEqual([]);
    second.resolve();
    await settle();
    expect(events).toEqual(['Paused payment']);
  });

  it('that ends and begins again at once is reported again', async () => {
    const { run, events, namespace, starts } = setUp();
    void run();
    namespace('payment', 'one');
    await settle();
    namespace('payment');
    const start = Promise.withResolvers<void>();
    void starts.track(start.promise);
    namespace('payment', 'one');
    await settle();
    expect(events).toEqual(['Paused payment', 'Resumed payment']);
    start.resolve();
    await settle();
    expect(events).toEqual(['Paused payment', 'Resumed payment', 'Paused payment']);
  });

  it('is reported as ended while another waits for a start', async () => {
    const { run, events, namespace, starts } = setUp();
    void run();
    namespace('payment', 'one');
    await settle();
    void starts.track(Promise.withResolvers<void>().promise);
    namespace('billing', 'one');
    await settle();
    namespace('payment');
    await settle();
    expect(events).toEqual(['Paused payment', 'Resumed payment']);
  });

  it('of a namespace that is not served is not reported', async () => {
    const { run, events, namespace, reports } = setUp({ watchNamespaces: ['payment'] });
    void run();
    namespace('billing', 'one');
    namespace('payment', 'one');
    await settle();
    namespace('billing');
    await settle();
    expect(events).toEqual(['Paused payment']);
    expect(reports.inForce.map(({ metadata }) => metadata.name)).toEqual(['payment']);
  });

  it('is no longer in force here when another replica leads', async () => {
    const { run, namespace, reports, leading } = setUp();
    const running = run();
    namespace('payment', 'one');
    await settle();
    leading.abort();
    await running;
    expect(reports.inForce).toEqual([]);
  });
});
