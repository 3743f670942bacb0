import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { restCaller } from '../api/rest-caller.ts';
import { sharedApi } from '../api/shared-api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { Fuzzer } from './fuzzer.ts';

/** Random requests over both transports together; fuzz.prove-spec.ts sends more. */
const requests = Number(process.env['WFE_TEST_FUZZ_REQUESTS'] ?? 200);

const [api] = await sharedApi();
let namespace: TestNamespace;
let fuzzer: Fuzzer;

beforeAll(async () => {
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'fuzz');
  fuzzer = new Fuzzer(api, namespace.name);
  await restCaller(api).create(namespace.name, { name: 'we-1', spec: aSpec() });
});

afterAll(async () => {
  fuzzer.close();
  await namespace.delete();
});

it('earlier failing requests succeed', async () => {
  expect(await fuzzer.replay()).toEqual([]);
});

it.each(['REST', 'gRPC'] as const)('no request over %s makes the service fail', async (transport) => {
  expect(await fuzzer.fuzz(transport, requests / 2)).toEqual([]);
  expect((await restCaller(api).get(namespace.name, 'we-1')).error?.kind ?? 'OK').toMatch(/^(OK|NOT_FOUND)$/);
});
