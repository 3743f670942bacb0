import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WatchWorkflowExecutionsRequest } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { serviceCluster } from '../support/cluster.ts';
import { until } from '../../support/until.ts';
import { grpcCaller } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { type RunningApi, startApi } from './running-api.ts';

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** Opens a connection and sends nothing on it. */
async function idle(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const portOf = (address: string) => Number(/:(\d+)$/.exec(address)?.[1]);

describe('connections', () => {
  let api: RunningApi;
  const ports = () => [portOf(api.url), portOf(api.grpcAddress)];

  beforeAll(async () => {
    const settings = { WFE_MAX_CONNECTIONS: '6', WFE_MAX_CONNECTIONS_PER_ADDRESS: '3' };
    api = await startApi(serviceCluster(), settings);
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  });

  afterAll(() => api.stop());

  it.each([
    ['REST', 0],
    ['gRPC', 1],
  ])('of one address over %s are bounded: the oldest without a call is closed', async (_, at) => {
    const port = ports()[at] ?? 0;
    const first = await idle(port, '127.0.0.9');
    const closed = once(first, 'close');
    const others = [await idle(port, '127.0.0.9'), await idle(port, '127.0.0.9')];
    const newest = await idle(port, '127.0.0.9');

    await closed;

    expect([...others, newest].map(({ closed: isClosed }) => isClosed)).toEqual([false, false, false]);
  });

  it('with an authenticated caller stay open, over REST', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: '127.0.0.5' });
    const ask = async () => {
      const { url, headers } = api;
      const request = get(`${url}/api/v1/namespaces/default/workflowexecutions`, { agent, headers });
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return [answer.statusCode, request.reusedSocket];
    };
    await ask();
    const flood = await Promise.all(Array.from({ length: 10 }, () => idle(portOf(api.url), '127.0.0.5')));
    await until('some were closed', () => flood.filter(({ closed }) => closed).length === 8);

    expect(await ask()).toEqual([200, true]);
    agent.destroy();
  });

  it('with an authenticated caller stay open, over gRPC', async () => {
    const request = WatchWorkflowExecutionsRequest.fromPartial({ parent: 'namespaces/default' });
    const watch = api.grpc.watchWorkflowExecutions(request);
    const ended = { is: false };
    watch.on('error', () => (ended.is = true));
    await once(watch, 'data');
    const flood = await Promise.all(Array.from({ length: 10 }, () => idle(portOf(api.grpcAddress))));
    await until('some were closed', () => flood.filter(({ closed }) => closed).length >= 8);

    expect((await grpcCaller(api).list('default')).error).toBeUndefined();
    expect(ended.is).toBe(false);
    watch.cancel();
  });

  it('without an HTTP/2 preface are closed by gRPC', async () => {
    const socket = await idle(portOf(api.grpcAddress), '127.0.0.7');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');

    await once(socket, 'close');
  });
});

describe('a gRPC connection that has reached WFE_GRPC_MAX_CONNECTION_AGE', () => {
  let api: RunningApi;

  beforeAll(async () => {
    const settings = { WFE_GRPC_MAX_CONNECTION_AGE: '500ms', WFE_GRPC_MAX_CONNECTION_AGE_GRACE: '1h' };
    api = await startApi(serviceCluster(), settings);
    await until('it is healthy', async () => (await healthOf(api)) === 'SERVING');
  });

  afterAll(() => api.stop());

  it('asks its client to reconnect', async () => {
    const session = connectHttp2(`http://${api.grpcAddress}`);
    const [code] = (await once(session, 'goaway')) as [number];
    session.destroy();

    expect(code).toBe(0);
  });

  it('ends its watches with the position to resume from, and calls continue', async () => {
    const request = WatchWorkflowExecutionsRequest.fromPartial({ parent: 'namespaces/default' });
    const watch = api.grpc.watchWorkflowExecutions(request).resume();

    const [error] = (await once(watch, 'error')) as [unknown];

    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: expect.stringContaining('maximum age') });
    expect((await grpcCaller(api).list('default')).error).toBeUndefined();
  });
});
