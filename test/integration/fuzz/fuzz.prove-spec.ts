import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { restCaller } from '../api/rest-caller.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { Fuzzer } from './fuzzer.ts';

const requestsOfEach = 2_600;
/** Requests after which caches are full and the code is compiled. */
const warmUp = 600;
/** Less than the size of a thousand of these requests. */
const maxGrowthBytes = 4 * 1024 * 1024;

// In this process, whose heap can be measured.
let api: RunningApi;
let namespace: TestNamespace;
let fuzzer: Fuzzer;

beforeAll(async () => {
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'fuzz');
  api = await startApi(apiCluster());
  fuzzer = new Fuzzer(api, namespace.name);
  await until('it serves', async () => (await restCaller(api).list('-')).ok !== undefined);
  await restCaller(api).create(namespace.name, { name: 'we-1', spec: aSpec() });
});

afterAll(async () => {
  fuzzer.close();
  await api.stop();
  await namespace.delete();
});

it.each(['REST', 'gRPC'] as const)('no request over %s makes the service fail', async (transport) => {
  expect(await fuzzer.fuzz(transport, requestsOfEach)).toEqual([]);
  expect((await restCaller(api).get(namespace.name, 'we-1')).error?.kind ?? 'OK').toMatch(/^(OK|NOT_FOUND)$/);
});

it('no request stays in memory', async () => {
  await fuzzer.fuzz('REST', warmUp, fuzzer.seed + 1);
  const before = heapInUse();

  await fuzzer.fuzz('REST', requestsOfEach - warmUp, fuzzer.seed + 2);

  const growth = heapInUse() - before;
  console.log(`${requestsOfEach - warmUp} requests: ${(growth / 1024).toFixed(0)} KiB more in use`);
  expect(growth).toBeLessThan(maxGrowthBytes);
});

/** Bytes in use after a garbage collection. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}
