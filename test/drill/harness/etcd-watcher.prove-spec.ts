import { describe, expect, it } from '@jest/globals';
import type { ObjectChange } from '../../chaos/observer/stored-object.ts';
import { EtcdWatcher } from './etcd-watcher.ts';

function execution(uid: string, phase?: string): ObjectChange {
  const object = { metadata: { uid }, ...(phase === undefined ? {} : { status: { phase } }) };
  return { kind: 'WorkflowExecution', key: uid, namespace: 'drill', name: `we-${uid}`, revision: 7, object };
}

function run(uid: string, owner: string): ObjectChange {
  const object = { metadata: { uid, ownerReferences: [{ uid: owner }] } };
  return { kind: 'PipelineRun', key: uid, namespace: 'drill', name: uid, revision: 8, object };
}

/** A watcher that has observed these changes, one per second from 0 on. */
function witnessOf(...changes: readonly ObjectChange[]): EtcdWatcher {
  let seconds = 0;
  const etcdWatcher = new EtcdWatcher('drill', () => seconds * 1_000);
  for (const change of changes) {
    etcdWatcher.observe(change);
    seconds += 1;
  }
  return etcdWatcher;
}

describe('the etcd watcher of a drill', () => {
  it('finds nothing if every execution ran once and completed', () => {
    const etcdWatcher = witnessOf(execution('a'), run('r', 'a'), execution('a', 'Completed'));

    expect(etcdWatcher.figures(new Set(['a']))).toEqual({
      executions: 1,
      lost: 0,
      doubled: 0,
      notCompleted: 0,
      longestUntilPipelineRun: 1,
    });
  });

  it('finds an acknowledged execution that does not exist', () => {
    expect(witnessOf(execution('a', 'Completed')).figures(new Set(['a', 'b'])).lost).toBe(1);
  });

  it('finds an execution that no client created, and one that ran twice', () => {
    const etcdWatcher = witnessOf(execution('a'), execution('b'), run('r', 'a'), run('s', 'a'));

    expect(etcdWatcher.figures(new Set(['a'])).doubled).toBe(2);
  });

  it('finds executions that did not complete', () => {
    const etcdWatcher = witnessOf(execution('a', 'Failed'), execution('b'), execution('c', 'Completed'));

    expect(etcdWatcher.figures(new Set(['a', 'b', 'c'])).notCompleted).toBe(2);
    expect([etcdWatcher.ended, etcdWatcher.executions]).toEqual([2, 3]);
  });

  it('measures the time to the next PipelineRun of a later execution', () => {
    const etcdWatcher = witnessOf(execution('a'), execution('b'), run('r', 'a'), execution('c'), run('s', 'c'));

    expect(etcdWatcher.secondsToNextRun(1_500)).toBe(2.5);
    expect(etcdWatcher.secondsToNextRun(4_000)).toBeUndefined();
  });

  it('ignores other namespaces', () => {
    expect(witnessOf({ ...execution('a'), namespace: 'other' }).executions).toBe(0);
  });
});
