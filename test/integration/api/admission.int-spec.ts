import { once } from 'node:events';
import { connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aJwt } from '../../../src/auth/auth.builders.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { callerOf } from '../../support/callers.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import type { ApiCaller } from './api-caller.ts';
import type { ApiClient } from './api-client.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

const tokenReviews = { method: 'POST', path: /\/tokenreviews$/ };
const kubernetes = new KubernetesClient(sharedCluster());
const mebibyte = 1024 * 1024;
let namespace: TestNamespace;
let proxy: FaultProxy;
let api: RunningApi;

beforeAll(async () => {
  namespace = await createNamespace(kubernetes, 'admission');
  proxy = await new FaultProxy(serviceCluster()).listen();
  api = await startApi(proxy.kubeConfig());
  await until('the API serves lists', async () => (await restCaller(api).list('-')).ok !== undefined);
});

afterAll(async () => {
  await api.stop();
  await proxy.close();
  await namespace.delete();
});

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** Sends the head of a create request; `text` is the response so far. */
function beginCreate(headers: Readonly<Record<string, string>>) {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  sockets.push(socket);
  const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...headers });
  const path = `/api/v1/namespaces/${namespace.name}/workflowexecutions`;
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`);
  const seen = { socket, text: '' };
  socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  return seen;
}

/** The status of a response, including interim ones. */
const answers = (seen: { readonly text: string }) =>
  [...seen.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code));
const answered = (seen: { readonly text: string }, code: number) =>
  until(`an answer is ${code}`, () => answers(seen).includes(code));

describe('a request over REST', () => {
  const large = { 'content-length': String(mebibyte) };

  it.each([
    ['without a token', {}],
    ['with a malformed token', { authorization: 'Bearer nonsense' }],
    ['with a token of nobody', { authorization: `Bearer ${aJwt('nobody')}` }],
  ])('%s is refused before its body is sent', async (_, headers) => {
    const request = beginCreate({ ...large, ...headers });

    await answered(request, 401);
  });

  it('without a token is not asked for its body', async () => {
    const request = beginCreate({ ...large, expect: '100-continue' });
    await answered(request, 401);

    expect(answers(request)).toEqual([401]);
  });

  it('is authenticated and authorized before its body is parsed', async () => {
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name: 'without-rights' });
    const send = async (bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const address = `${api.url}/api/v1/namespaces/${namespace.name}/workflowexecutions`;
      return (await fetch(address, { method: 'POST', headers, body: '{' })).status;
    };

    expect(await Promise.all([aJwt('nobody'), token, api.caller?.token ?? ''].map(send))).toEqual([401, 403, 400]);
  });

  it('that is not complete gives way to others of its caller, the oldest first', async () => {
    const headers = { ...large, ...api.headers, expect: '100-continue' };
    const begin = async () => {
      const request = beginCreate(headers);
      await answered(request, 100);
      return request;
    };
    const others = await Promise.all(Array.from({ length: 16 }, begin));
    const latest = await begin();

    for (const { socket } of [...others, latest]) socket.write(Buffer.alloc(mebibyte - 1, ' '));
    await until('one of them is refused', () => others.some((other) => answers(other).includes(429)));

    expect((await restCaller(api).list(namespace.name)).error).toBeUndefined();
    expect([...others, latest].filter((one) => answers(one).length > 1)).toHaveLength(1);
    expect(answers(latest)).toEqual([100]);
  });
});

describe('a call over gRPC', () => {
  it.each([
    ['without a token', undefined],
    ['with a malformed token', 'Bearer nonsense'],
    ['with a token of nobody', `Bearer ${aJwt('somebody')}`],
  ])('%s is refused before its message is sent', async (_, authorization) => {
    const session = connectHttp2(`http://${api.grpcAddress}`);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/kubernaut.workflowexecution.v1.WorkflowExecutionService/GetWorkflowExecution',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(authorization === undefined ? {} : { authorization }),
    });

    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    session.destroy();

    expect(headers['grpc-status']).toBe(String(status.UNAUTHENTICATED));
  });
});

describe('calls without a token', () => {
  it('close their connection if there are too many', async () => {
    const session = connectHttp2(`http://${api.grpcAddress}`).on('error', () => undefined);
    const path = '/kubernaut.workflowexecution.v1.WorkflowExecutionService/ListWorkflowExecutions';
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
    await until('it is closed', () => {
      for (let number = 0; number < 500 && !session.destroyed; number++) {
        session
          .request(headers, { endStream: true })
          .on('error', () => undefined)
          .resume();
      }
      return session.destroyed;
    });

    expect((await grpcCaller(api).list(namespace.name)).error).toBeUndefined();
  });
});

describe('bad tokens', () => {
  let own: RunningApi;
  const reviews = () => proxy.seen(tokenReviews).length;
  const callers: readonly ((of: ApiClient) => ApiCaller)[] = [restCaller, grpcCaller];
  const list = async (of: ApiClient, at: number) => {
    const caller = callers[at % 2] ?? restCaller;
    return (await caller(of).list(namespace.name)).error?.kind ?? 'OK';
  };

  beforeAll(async () => {
    own = await startApi(proxy.kubeConfig(), { WFE_AUTH_CACHE: '1s' });
    await until('the API serves lists', async () => (await restCaller(own).list('-')).ok !== undefined);
  });
  afterAll(() => own.stop());

  it('that are not JWTs are rejected without a review', async () => {
    const before = reviews();

    expect(await Promise.all(['x', 'a.b.c'].map((token, at) => list(own.as(token), at)))).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
    expect(reviews()).toBe(before);
  });

  it('from one address cause a bounded number of reviews, and do not lock out callers at that address', async () => {
    const before = reviews();
    const bad = Array.from({ length: 200 }, (_, at) => list(own.as(aJwt(`stranger ${at}`)), at));
    const good = Array.from({ length: 20 }, (_, at) => list(own, at));

    const kinds = new Set(await Promise.all(bad));

    expect(await Promise.all(good)).toEqual(Array<string>(20).fill('OK'));
    expect([...kinds].sort()).toEqual(['RESOURCE_EXHAUSTED', 'UNAUTHENTICATED']);
    // A burst of 50, some more over time, and those of the good caller.
    expect(reviews() - before).toBeLessThan(150);
    await until('the review of the good caller has been repeated', async () => {
      const reviewed = reviews();
      expect(await list(own, 0)).toBe('OK');
      return reviews() > reviewed;
    });
  });
});
