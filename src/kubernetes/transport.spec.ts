import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from './client.ts';
import { CancelledError, ForbiddenError, UnavailableError } from './errors.ts';
import { aThing, things } from './kubernetes-object.builders.ts';
import { PooledKubeConfig } from './pooled-kube-config.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A client of a local server, and the requests that it received. */
async function aClient(answer: RequestListener, token?: string) {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const config = new PooledKubeConfig('a test');
  const cluster = { name: 'c', server: `http://127.0.0.1:${port}/base/`, skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: 'u', token });
  const close = new Promise<void>((resolve) => server.on('close', resolve));
  cleanups.push(async () => {
    await config.close();
    server.close();
    server.closeAllConnections();
    await close;
  });
  const client = new KubernetesClient(config.checked(), { userAgent: 'product/1.2.3' });
  return { client, config, requests, server: config.server, connections: () => connections };
}

describe('a request', () => {
  it('sends credentials and user agent, also over plain HTTP and below a path', async () => {
    const { client, requests } = await aClient((_, response) => response.end('ok'), 'secret');
    await expect(client.raw('/readyz')).resolves.toBe('ok');
    expect(requests[0]?.url).toBe('/base/readyz');
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'user-agent': 'product/1.2.3' });
  });

  it('times out while all connections are in use', async () => {
    const connections = 64;
    const { promise: areAllThere, resolve } = Promise.withResolvers<void>();
    const { client, requests } = await aClient(() => requests.length === connections && resolve());
    const stop = new AbortController();
    const { signal } = stop;
    const hanging = Array.from({ length: connections }, () => client.raw('/hangs', { signal, timeoutMs: 600_000 }));
    await areAllThere;

    await expect(client.raw('/waits', { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'Timeout' });

    expect(requests).toHaveLength(connections);
    stop.abort();
    await Promise.allSettled(hanging);
  });

  it('reuses connections', async () => {
    const { client, connections } = await aClient((_, response) => response.end('ok'));
    for (let i = 0; i < 20; i++) await client.raw('/readyz');
    // A second one if a request starts before the pool knows that the first connection is free.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('that times out is Unavailable and names the URL', async () => {
    const { client, server } = await aClient(() => undefined);
    await expect(client.raw('/readyz', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'Unavailable',
      message: `GET ${server}/readyz was not answered within 20 ms`,
    });
  });

  it('with an incomplete response times out', async () => {
    const { client } = await aClient((_, response) => response.write('half'));
    await expect(client.raw('/readyz', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('with a truncated response is Unavailable', async () => {
    const { client } = await aClient((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      response.socket?.destroy();
    });
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('ends when its caller cancels', async () => {
    const giveUp = new AbortController();
    const { client } = await aClient(() => giveUp.abort());
    await expect(client.raw('/readyz', { signal: giveUp.signal })).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('that writes is not sent when mayWrite is false', async () => {
    const { config, requests } = await aClient((_, response) => response.end('ok'));
    const client = new KubernetesClient(config, { mayWrite: () => false });

    await expect(client.delete(things, { namespace: 'payment', name: 'a' })).rejects.toThrow(CancelledError);
    await expect(client.raw('/readyz')).resolves.toBe('ok');

    expect(requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('to a closed port is Unavailable', async () => {
    const config = new PooledKubeConfig('a test');
    config.loadFromClusterAndUser({ name: 'c', server: 'http://127.0.0.1:1', skipTLSVerify: false }, { name: 'u' });
    const client = new KubernetesClient(config.checked());
    await expect(client.raw('/version')).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'GET http://127.0.0.1:1/version failed: connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  it('that fails with 401 makes the next one re-read the credentials', async () => {
    const { client, config, requests } = await aClient((_, response) => response.writeHead(401).end(), 'old');
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unauthorized' });
    config.users = [{ name: 'u', token: 'new' }];
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unauthorized' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });
});

describe('a response', () => {
  const answers = (body: unknown) => aClient((_, response) => response.end(JSON.stringify(body)));
  const key = { namespace: 'default', name: 'a' };

  it('is parsed', async () => {
    const { client, requests } = await answers(aThing('a', 1));
    await expect(client.get(things, key)).resolves.toEqual(aThing('a', 1));
    expect(requests[0]?.url).toBe('/base/apis/test/v1/namespaces/default/things/a');
  });

  it.each([
    ['an object of another kind', { metadata: {} }, 'The server sent an invalid Thing: colour is missing'],
    ['no object', [], 'was not answered with a JSON object'],
  ])('with %s is InvalidObject', async (_what, body, message) => {
    const { client } = await answers(body);
    const getting = client.get(things, key);
    await expect(getting).rejects.toMatchObject({ code: 'InvalidObject' });
    await expect(getting).rejects.toThrow(message);
  });

  it('to a list without a list is InvalidObject', async () => {
    const { client } = await answers({ items: [] });
    await expect(client.list(things)).rejects.toThrow('was not answered with a list');
  });

  it('to a list of a built-in kind gets the missing kind of its items', async () => {
    const { metadata, colour } = aThing('a', 1);
    const item = { metadata, colour };
    const { client, requests } = await answers({ metadata: { resourceVersion: '9', continue: '' }, items: [item] });
    const query = { labelSelector: 'a=b', limit: 7, fieldSelector: '' };
    await expect(client.list(things, query)).resolves.toEqual({
      items: [aThing('a', 1)],
      resourceVersion: '9',
      continue: undefined,
    });
    expect(requests[0]?.url).toBe('/base/apis/test/v1/things?labelSelector=a%3Db&limit=7');
  });
});

describe('observe', () => {
  it('is called for every request with method and status', async () => {
    const { client, config } = await aClient((request, response) => {
      if (request.url?.endsWith('/lost') === true) return request.socket.destroy();
      response.statusCode = request.url?.endsWith('/refused') === true ? 403 : 200;
      response.end('{}');
    });
    const observed: object[] = [];
    config.observe = ({ method, status }) => observed.push({ method, status });
    await client.raw('/readyz');
    await expect(client.raw('/refused')).rejects.toThrow(ForbiddenError);
    await expect(client.raw('/lost')).rejects.toThrow(UnavailableError);
    expect(observed).toEqual([
      { method: 'GET', status: 200 },
      { method: 'GET', status: 403 },
      { method: 'GET', status: undefined },
    ]);
  });
});
