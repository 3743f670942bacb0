import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  StreamWorkflowExecutionLogsRequest,
  StreamWorkflowExecutionLogsResponse,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { streamKeepAliveMs } from '../../../src/config/limits.ts';
import { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { healthOf } from './health.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

const clock = new FakeClock();
let namespace: TestNamespace;
let api: RunningApi;

beforeAll(async () => {
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'log-keep-alive');
  api = await startApi(serviceCluster(), {}, { clock });
  await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  await restCaller(api).create(namespace.name, { name: 'silent', spec: aSpec() });
});

afterAll(async () => {
  await api.stop();
  await namespace.delete();
});

it('a followed log without lines is kept alive over REST by empty lines', async () => {
  const address = `${api.url}/api/v1/namespaces/${namespace.name}/workflowexecutions/silent/log?follow=true`;
  const request = get(address, { headers: api.headers, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()));

  await clock.advance(streamKeepAliveMs);
  await clock.advance(streamKeepAliveMs);

  await until('two lines have arrived', () => text.length === 2);
  expect(text).toBe('\n\n');
  request.destroy();
});

it('a followed log without lines is kept alive over gRPC by empty messages', async () => {
  const name = `namespaces/${namespace.name}/workflowExecutions/silent`;
  const stream = api.grpc.streamWorkflowExecutionLogs(
    StreamWorkflowExecutionLogsRequest.fromPartial({ name, follow: true }),
  );
  const received: unknown[] = [];
  stream.on('data', (message: unknown) => received.push(message)).on('error', () => undefined);

  await until('a message has arrived', async () => {
    await clock.advance(streamKeepAliveMs);
    return received.length > 0;
  });
  stream.cancel();

  expect(received[0]).toEqual(StreamWorkflowExecutionLogsResponse.fromPartial({}));
});
