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

/** A client of a server of our own, and the requests that reached it. */
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
  it('says who we are, over plain HTTP too, and to a server below a path', async () => {
    const { client, requests } = await aClient((_, response) => response.end('ok'), 'secret');
    await expect(client.raw('/readyz')).resolves.toBe('ok');
    expect(requests[0]?.url).toBe('/base/readyz');
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'user-agent': 'product/1.2.3' });
  });

  it('ends at its time also when all connections are taken by others that hang', async () => {
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

  it('uses a connection of those before', async () => {
    const { client, connections } = await aClient((_, response) => response.end('ok'));
    for (let i = 0; i < 20; i++) await client.raw('/readyz');
    // A second one, where the next request comes before the pool knows that the first connection is free again.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('that is not answered in time is Unavailable, and names the URL', async () => {
    const { client, server } = await aClient(() => undefined);
    await expect(client.raw('/readyz', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'Unavailable',
      message: `GET ${server}/readyz was not answered within 20 ms`,
    });
  });

  it('whose answer does not end in time is Unavailable', async () => {
    const { client } = await aClient((_, response) => response.write('half'));
    await expect(client.raw('/readyz', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('whose answer is cut off is Unavailable', async () => {
    const { client } = await aClient((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      response.socket?.destroy();
    });
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('ends when its caller gives up', async () => {
    const giveUp = new AbortController();
    const { client } = await aClient(() => giveUp.abort());
    await expect(client.raw('/readyz', { signal: giveUp.signal })).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('that would change something is not sent by a process that may not write', async () => {
    const { config, requests } = await aClient((_, response) => response.end('ok'));
    const client = new KubernetesClient(config, { mayWrite: () => false });

    await expect(client.delete(things, { namespace: 'payment', name: 'a' })).rejects.toThrow(CancelledError);
    await expect(client.raw('/readyz')).resolves.toBe('ok');

    expect(requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('to a port where nobody listens is Unavailable', async () => {
    const config = new PooledKubeConfig('a test');
    config.loadFromClusterAndUser({ name: 'c', server: 'http://127.0.0.1:1', skipTLSVerify: false }, { name: 'u' });
    const client = new KubernetesClient(config.checked());
    await expect(client.raw('/version')).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'GET http://127.0.0.1:1/version failed: connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  it('refused with 401 makes the next one read the credentials anew', async () => {
    const { client, config, requests } = await aClient((_, response) => response.writeHead(401).end(), 'old');
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unauthorized' });
    config.users = [{ name: 'u', token: 'new' }];
    await expect(client.raw('/readyz')).rejects.toMatchObject({ code: 'Unauthorized' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });
});

describe('an answer', () => {
  const answers = (body: unknown) => aClient((_, response) => response.end(JSON.stringify(body)));
  const key = { namespace: 'default', name: 'a' };

  it('of the right kind is parsed', async () => {
    const { client, requests } = await answers(aThing('a', 1));
    await expect(client.get(things, key)).resolves.toEqual(aThing('a', 1));
    expect(requests[0]?.url).toBe('/base/apis/test/v1/namespaces/default/things/a');
  });

  it.each([
    ['an object of another kind', { metadata: {} }, 'The server sent a Thing that is not one: colour is missing'],
    ['no object', [], 'was not answered with a JSON object'],
  ])('that is %s is InvalidObject', async (_what, body, message) => {
    const { client } = await answers(body);
    const getting = client.get(things, key);
    await expect(getting).rejects.toMatchObject({ code: 'InvalidObject' });
    await expect(getting).rejects.toThrow(message);
  });

  it('to a list that is no list is InvalidObject', async () => {
    const { client } = await answers({ items: [] });
    await expect(client.list(things)).rejects.toThrow('was not answered with a list');
  });

  it('to a list of a built-in kind gets the kind that its items lack', async () => {
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

describe('who observes connections', () => {
  it('is told of every request: its method, its status, or that no answer came', async () => {
    const { client, config } = await aClient((request, response) => {
      if (request.url?.endsWith('/lost') === true) return request.socket.destroy();
      response.statusCode = request.url?.endsWith('/refused') === true ? 403 : 200;
      response.end('{}');
    });
    const told: object[] = [];
    config.observe = ({ method, status }) => told.push({ method, status });
    await client.raw('/readyz');
    await expect(client.raw('/refused')).rejects.toThrow(ForbiddenError);
    await expect(client.raw('/lost')).rejects.toThrow(UnavailableError);
    expect(told).toEqual([
      { method: 'GET', status: 200 },
      { method: 'GET', status: 403 },
      { method: 'GET', status: undefined },
    ]);
  });
});
