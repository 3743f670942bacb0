import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { EventRecorder } from '../../../src/kubernetes/event-recorder.ts';
import { eventResource, type NewEvent } from '../../../src/kubernetes/event.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps } from '../support/config-map.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;

beforeAll(async () => {
  namespace = await createNamespace(client, 'events');
});

afterAll(async () => {
  await namespace.delete();
  await config.close();
});

it('what happens to an object can be seen as its events, with a count when it happens again', async () => {
  const stop = new AbortController();
  const recorder = new EventRecorder({ client, reporter: { controller: 'example.com/test', instance: 'pod-1' } });
  const run = recorder.run(stop.signal);
  const object = await client.create(configMaps, aConfigMap(namespace.name, 'eventful'));
  const happening = { type: 'Warning', reason: 'TooFew', action: 'Count', note: 'Only one is there' } as const;

  recorder.record(object, happening);
  await until('it is written', async () => (await events()).length === 1);
  expect((await events())[0]).not.toHaveProperty('series');
  recorder.record(object, happening);
  recorder.record(object, happening);
  await recorder.drain();

  expect(await events()).toEqual([
    expect.objectContaining({
      ...happening,
      reportingController: 'example.com/test',
      regarding: expect.objectContaining({ kind: 'ConfigMap', name: 'eventful', uid: object.metadata.uid }),
      series: expect.objectContaining({ count: 3 }),
    }),
  ]);
  stop.abort();
  await run;
});

async function events(): Promise<NewEvent[]> {
  const { items } = await client.listRaw(eventResource, { namespace: namespace.name, fieldSelector: 'reason=TooFew' });
  return items as NewEvent[];
}
