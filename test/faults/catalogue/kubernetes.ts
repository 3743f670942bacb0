import type { Fault } from '../fault.ts';

/** Faults of the Kubernetes toolkit: watches, stores, the work queue. */
export const kubernetesFaults: readonly Fault[] = [
  {
    name: 'a watch drops a deletion',
    file: 'src/kubernetes/object-store.ts',
    find: "this.#onChange({ type: 'deleted', object: last, previous });",
    replace: '',
    caughtBy: ['src/kubernetes/object-store.spec.ts'],
  },
  {
    name: 'an object that a list does not have any more stays in the store',
    file: 'src/kubernetes/object-store.ts',
    find: 'if (listed.has(key) || !isIn(scope, object)) continue;',
    replace: 'if (!listed.has(key) || !isIn(scope, object)) continue;',
    caughtBy: ['src/kubernetes/object-store.spec.ts'],
  },
  {
    name: 'an older write replaces a newer object in the store',
    file: 'src/kubernetes/object-store.ts',
    find: 'if (!isNewer(resourceVersion, this.get(object.metadata)?.metadata.resourceVersion)) return false;',
    replace: '',
    caughtBy: ['src/kubernetes/object-store.spec.ts'],
  },
  {
    name: 'a watch goes on after an error without listing again',
    file: 'src/kubernetes/list-watch.ts',
    find: 'this.#from = undefined;\n        if (!signal.aborted) await this.#pause(error, signal);',
    replace: 'if (!signal.aborted) await this.#pause(error, signal);',
    caughtBy: ['src/kubernetes/list-watch.spec.ts'],
  },
  {
    name: 'a key that was added while it was in work is lost',
    file: 'src/kubernetes/work-queue.ts',
    find: 'if (dirtySince !== undefined) this.#ready.set(key, dirtySince);',
    replace: '',
    caughtBy: ['src/kubernetes/work-queue.spec.ts'],
  },
  {
    name: 'a key is in work twice at once',
    file: 'src/kubernetes/work-queue.ts',
    find: 'this.#processing.has(key) ? this.#dirty : this.#ready',
    replace: 'this.#processing.has(key) ? this.#ready : this.#ready',
    caughtBy: ['src/kubernetes/work-queue.spec.ts'],
  },
  {
    name: 'the deletions that a watch log has forgotten are not noticed',
    file: 'src/kubernetes/compacted-log.ts',
    find: 'this.#forgotten = { seq, position };',
    replace: '',
    caughtBy: ['src/kubernetes/compacted-log.spec.ts', 'src/kubernetes/change-log.spec.ts'],
  },
  {
    name: 'a resumed watch goes on although its replica has missed the end of an object that was unreadable before',
    file: 'src/kubernetes/log-cursor.ts',
    find: 'this.#mayMissEnd(log) || ',
    replace: '',
    caughtBy: ['src/kubernetes/change-log.spec.ts'],
  },
  {
    name: 'a replica that was told to stop says that it is ready',
    file: 'src/health/readiness.ts',
    find: 'isWell: !isTold,',
    replace: 'isWell: true,',
    caughtBy: ['src/health/readiness.spec.ts'],
  },
  {
    name: 'a name leads a request to another path',
    file: 'src/kubernetes/resource-type.ts',
    find: "name !== '' && name !== '.' && name !== '..'",
    replace: "name !== '' && name !== '.'",
    caughtBy: ['src/kubernetes/resource-type.spec.ts'],
  },
  {
    name: 'a cache that has listed again still fails',
    file: 'src/kubernetes/list-watch.ts',
    find: 'sink.failing(undefined);',
    replace: '',
    caughtBy: ['src/kubernetes/list-watch.spec.ts'],
  },
];
