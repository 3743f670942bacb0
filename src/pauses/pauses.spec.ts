import { expect, it } from '@jest/globals';
import type { Reflector } from '../kubernetes/reflector.ts';
import { ObjectStore, type ChangeHandler } from '../kubernetes/store.ts';
import { pausingConfigMaps, pausingNamespaces, type PausingObject } from './pause.ts';
import { Pauses, pausingIndexes } from './pauses.ts';

/** A reflector whose store the test fills. */
function aReflector() {
  const handlers: ChangeHandler<PausingObject>[] = [];
  const store = new ObjectStore<PausingObject>(pausingIndexes, (change) =>
    handlers.forEach((handle) => handle(change)),
  );
  const onChange = (handler: ChangeHandler<PausingObject>) => void handlers.push(handler);
  return { store, reflector: { store, onChange } as unknown as Reflector<PausingObject> };
}

function setUp({ watchNamespaces = [] }: { watchNamespaces?: string[] } = {}) {
  const [configMaps, namespaces] = [aReflector(), aReflector()];
  const pauses = new Pauses(configMaps.reflector, namespaces.reflector, { watchNamespaces });
  const changes: (string | undefined)[] = [];
  pauses.onChange((namespace) => changes.push(namespace));
  let version = 0;
  const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: String(++version) });
  return {
    pauses,
    changes,
    everywhere: (data: object) =>
      configMaps.store.put('system', pausingConfigMaps.parse({ metadata: metadata('p'), data })),
    deleteConfigMap: () => configMaps.store.remove('system', 'p', String(++version)),
    namespace: (name: string, annotations: object = {}) =>
      namespaces.store.put(undefined, pausingNamespaces.parse({ metadata: { ...metadata(name), annotations } })),
  };
}

const annotation = 'workflowexecution.kubernaut.ai/paused';

it('knows which namespaces are paused, and by what', () => {
  const { pauses, namespace, everywhere } = setUp();
  namespace('payment', { [annotation]: 'own' });
  namespace('billing');
  expect(['payment', 'billing', 'unknown'].map((name) => pauses.of(name)?.reason)).toEqual([
    'own',
    undefined,
    undefined,
  ]);
  everywhere({ paused: 'incident' });
  expect(['payment', 'billing', 'unknown'].map((name) => pauses.of(name)?.reason)).toEqual(Array(3).fill('incident'));
  expect(pauses.all().map(({ pause }) => pause?.reason)).toEqual(['incident', 'own']);
});

it('reports when a pause begins, changes or ends, and nothing else', () => {
  const { changes, namespace, everywhere, deleteConfigMap } = setUp();
  namespace('payment');
  expect(changes).toEqual([]);
  namespace('payment', { [annotation]: 'one' });
  namespace('payment', { [annotation]: 'one', other: 'x' });
  namespace('payment', { [annotation]: 'two' });
  namespace('payment');
  expect(changes.splice(0)).toEqual(['payment', 'payment', 'payment']);
  everywhere({});
  everywhere({ other: 'x' });
  everywhere({ paused: 'x' });
  deleteConfigMap();
  expect(changes).toEqual([undefined, undefined, undefined]);
});

it('knows the pauses of served namespaces only', () => {
  const { pauses, changes, namespace, everywhere } = setUp({ watchNamespaces: ['payment'] });
  namespace('payment', { [annotation]: 'own' });
  namespace('billing', { [annotation]: 'own' });
  namespace('billing');
  namespace('billing', { [annotation]: 'again' });
  expect(changes).toEqual(['payment']);
  expect(pauses.all().map(({ metadata }) => metadata.name)).toEqual(['payment']);
  everywhere({});
  expect(pauses.all()).toHaveLength(2);
});
