import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyOf, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { Lease } from '../kubernetes/lease.ts';
import type { Indexes } from '../kubernetes/indexer.ts';
import type { Reflector, WatchCacheEvent } from '../kubernetes/reflector.ts';
import { ObjectStore, type Change } from '../kubernetes/store.ts';
import { applyList } from '../kubernetes/store.builders.ts';
import type { Pause, PausingObject } from '../pauses/pause.ts';
import { Pauses, pausingIndexes } from '../pauses/pauses.ts';
import { pipelineRunName } from '../tekton/names.ts';
import type { PipelineRun } from '../tekton/pipeline-run.ts';
import { aPipelineRun } from '../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { reconcilerIndexes } from './executions/execution-indexes.ts';
import { aDoneExecution } from './cleanup/settlement.builders.ts';
import { FinishedExecution } from './history/finished-execution.ts';
import { History } from './history/history.ts';
import { Informers } from './informers.ts';

/** A reflector whose changes a test makes. */
function aReflector<T extends KubernetesObject>(indexes: Indexes<T> = {}) {
  const handlers: ((change: Change<T>) => void)[] = [];
  const watchers: ((event: WatchCacheEvent<T>) => void)[] = [];
  const store = new ObjectStore<T>(indexes, () => undefined);
  const reflector = {
    store,
    onChange: (handler: (typeof handlers)[number]) => handlers.push(handler),
    onWatchCacheEvent: (handler: (typeof watchers)[number]) => watchers.push(handler),
  };
  const emit = (change: Change<T>) => handlers.forEach((handler) => handler(change));
  return {
    reflector: reflector as unknown as Reflector<T>,
    store,
    emit,
    change: (object: T) => emit({ type: 'added', object }),
    watched: (event: WatchCacheEvent<T>) => watchers.forEach((watcher) => watcher(event)),
  };
}

describe('a change in the cluster', () => {
  const executions = aReflector<WorkflowExecution>(reconcilerIndexes);
  const [pipelineRuns, leases, settled] = [
    aReflector<PipelineRun>(),
    aReflector<Lease>(),
    aReflector<FinishedExecution>(),
  ];
  const execution = aWorkflowExecution();
  const run = aPipelineRun({ metadata: { name: pipelineRunName(execution) } });
  applyList(executions.store, [execution], '2000');
  const keys: string[] = [];
  const history = new History(settled.reflector);
  const [configMaps, namespaces] = [
    aReflector<PausingObject>(pausingIndexes),
    aReflector<PausingObject>(pausingIndexes),
  ];
  const pauses = new Pauses(configMaps.reflector, namespaces.reflector, { watchNamespaces: [] });
  const informers = new Informers(executions.reflector, pipelineRuns.reflector, leases.reflector, history, pauses);
  informers.onChange((key) => keys.push(key));

  it.each([
    ['of an execution is about that execution', () => executions.change(execution), ['payment/we-pod-crash']],
    [
      'of a PipelineRun is about the execution that its name is derived from, regardless of its owner',
      () => pipelineRuns.change(run),
      ['payment/we-pod-crash'],
    ],
    [
      'of a PipelineRun whose label was removed is about its execution',
      () => pipelineRuns.emit({ type: 'deleted', object: run, previous: run }),
      ['payment/we-pod-crash'],
    ],
    ['of a PipelineRun of no execution is about itself', () => pipelineRuns.change(aPipelineRun()), ['payment/run-1']],
  ])('%s', (_what, change, expected) => {
    keys.length = 0;
    change();
    expect(keys).toEqual(expected);
  });

  const { metadata } = execution;
  const later = { ...metadata, resourceVersion: '2001' };

  it.each<[string, WorkflowExecution, string[]]>([
    ['its status only is not enqueued', { ...execution, metadata: later, status: { phase: 'Running' } }, []],
    [
      'its spec is enqueued',
      { ...execution, metadata: { ...later, generation: (metadata.generation ?? 0) + 1 } },
      ['payment/we-pod-crash'],
    ],
    ['its finalizers is enqueued', { ...execution, metadata: { ...later, finalizers: [] } }, ['payment/we-pod-crash']],
  ])('of an execution in %s', (_what, object, expected) => {
    keys.length = 0;
    executions.emit({ type: 'updated', object, previous: execution });
    expect(keys).toEqual(expected);
  });

  it.each([
    ['alone if nothing has happened to its PipelineRun', [run], []],
    ['with its PipelineRun if that is not cached', [], [keyOf(run)]],
    [
      'with its PipelineRun if that is being deleted',
      [{ ...run, metadata: { ...run.metadata, deletionTimestamp: '2026-01-02T03:07:00Z' } }],
      [keyOf(run)],
    ],
  ])('of an execution that leaves the cache unchanged is enqueued %s', (_what, runs, more) => {
    keys.length = 0;
    applyList(pipelineRuns.store, runs, '2000');
    executions.emit({ type: 'deleted', object: execution, previous: execution });
    expect(keys).toEqual(['payment/we-pod-crash', ...more]);
  });

  describe('of a pause', () => {
    const reason = { type: 'Ready', status: 'Unknown', reason: 'Paused', message: '' } as const;
    const conditions = [{ ...reason, lastTransitionTime: metadata.creationTimestamp }];
    const waiting = (name: string, minute: number, namespace = 'payment') =>
      aWorkflowExecution({
        metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: `2026-01-02T03:0${minute}:00Z` },
        status: { phase: 'Pending', conditions },
      });
    const [first, second, elsewhere] = [waiting('a', 2), waiting('z', 1), waiting('e', 3, 'billing')];
    const started = (one: WorkflowExecution) => ({ ...one, status: { phase: 'Running' } as const });
    const running = started(waiting('running', 0));
    const pausing = (kind: string, name: string, pause?: Pause): PausingObject => {
      const { creationTimestamp, resourceVersion, uid } = metadata;
      return { apiVersion: 'v1', kind, metadata: { name, uid, resourceVersion, creationTimestamp }, pause };
    };

    beforeAll(() => applyList(executions.store, [first, second, elsewhere, running], '2000'));
    afterAll(() => applyList(executions.store, [execution], '2000'));

    it.each([
      ['of a namespace', () => namespaces.change(pausing('Namespace', 'payment', { reason: 'x' })), ['z', 'a']],
      ['of all namespaces', () => configMaps.change(pausing('ConfigMap', 'p', { reason: 'x' })), ['z', 'a', 'e']],
      ['that never existed', () => namespaces.change(pausing('Namespace', 'payment')), []],
    ])('%s is about its Pending executions, in the order of their creation', (_what, change, expected) => {
      keys.length = 0;
      change();
      expect(keys.map((key) => key.split('/')[1])).toEqual(expected);
    });

    it('that an execution leaves is about the next one on its target', () => {
      keys.length = 0;
      executions.store.put(undefined, {
        ...started(second),
        metadata: { ...second.metadata, resourceVersion: '2002' },
      });
      executions.emit({ type: 'updated', object: started(second), previous: second });
      expect(keys).toEqual(['payment/a']);
    });
  });

  const deletionTimestamp = '2026-01-02T03:07:00Z';
  const ending = { name: 'ending', uid: 'uid-ending', deletionTimestamp };
  const aSettled = (metadata: object) => aDoneExecution({ metadata, status: { settled: true } });

  it.each<[string, WorkflowExecution, string[]]>([
    ['being deleted is about that execution', aSettled(ending), ['payment/ending']],
    [
      'with another spec is about that execution',
      aSettled({ name: 'cancelled', generation: 2 }),
      ['payment/cancelled'],
    ],
    ['read for the first time enqueues none', aSettled({}), []],
  ])('of a settled execution %s', (_what, object, expected) => {
    keys.length = 0;
    settled.change(new FinishedExecution(object));
    expect(keys).toEqual(expected);
  });

  it('of the PipelineRun of a settled execution is about that execution too if it is being deleted', () => {
    keys.length = 0;
    const [gone, kept] = [aSettled(ending), aSettled({ name: 'kept', uid: 'uid-kept' })];
    applyList(
      settled.store,
      [gone, kept].map((one) => new FinishedExecution(one)),
      '2000',
    );
    for (const { apiVersion, metadata } of [gone, kept]) {
      const owner = { apiVersion, kind: 'WorkflowExecution', name: metadata.name, uid: metadata.uid, controller: true };
      pipelineRuns.change(aPipelineRun({ metadata: { name: `run-of-${metadata.name}`, ownerReferences: [owner] } }));
    }
    expect(keys).toEqual(['payment/run-of-ending', 'payment/ending', 'payment/run-of-kept']);
    expect(informers.executionKeys()).toEqual(['payment/we-pod-crash', 'payment/ending']);
  });

  // A list has only those of executions that have not finished.
  it('of the PipelineRun of a settled execution that no list contained is about that execution when it is gone', () => {
    keys.length = 0;
    applyList(settled.store, [new FinishedExecution(aSettled(ending))], '2000');
    const { apiVersion, metadata } = aSettled(ending);
    const owner = { apiVersion, kind: 'WorkflowExecution', name: metadata.name, uid: metadata.uid, controller: true };
    const last = aPipelineRun({ metadata: { name: 'run-of-ending', ownerReferences: [owner] } });
    pipelineRuns.watched({
      type: 'delete',
      scope: undefined,
      key: 'payment/run-of-ending',
      last,
      resourceVersion: '2001',
    });
    expect(keys).toEqual(['payment/ending']);
  });

  const held = aLease('payment/first/uid-first');

  it.each<[string, Change<Lease>, string[]]>([
    ['is deleted is about its holder', { type: 'deleted', object: held, previous: held }, ['payment/first']],
    ['is emptied is about its former holder', { type: 'updated', object: aLease(), previous: held }, ['payment/first']],
    [
      'names another holder is about the former one',
      { type: 'updated', object: aLease('payment/second/uid-second'), previous: held },
      ['payment/first'],
    ],
    ['keeps its holder enqueues none', { type: 'updated', object: held, previous: held }, []],
    ['is new enqueues none', { type: 'added', object: held }, []],
    ['had no holder enqueues none', { type: 'deleted', object: aLease(), previous: aLease() }, []],
    ['had an unreadable holder enqueues none', { type: 'updated', object: held, previous: aLease('somebody') }, []],
  ])('of a Lease that %s', (_what, change, expected) => {
    keys.length = 0;
    leases.emit(change);
    expect(keys).toEqual(expected);
  });
});

function aLease(holderIdentity?: string): Lease {
  const metadata = { name: 'l', namespace: 'kubernaut-system', uid: 'u', resourceVersion: '1', creationTimestamp: '' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity } };
}
