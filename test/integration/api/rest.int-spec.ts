import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maxRequestBytes } from '../../../src/config/limits.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { exchange, send } from '../support/raw-request.ts';
import { sharedApi } from './shared-api.ts';
import { restWatch } from './watcher.ts';

const json = { 'content-type': 'application/json' };
const [api] = await sharedApi();

describe('the execution API over REST', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;
  let address: string;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'rest');
    address = `${api.url}/api/v1/namespaces/${namespace.name}/workflowexecutions`;
  });

  afterAll(() => namespace.delete());

  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json, query = '') =>
    fetch(`${address}${query}`, { method: 'POST', headers: { ...api.headers, ...headers }, body });

  it('returns the location of a new execution, which is a Kubernetes object without managedFields', async () => {
    const created = await post(JSON.stringify({ metadata: { name: 'we-1' }, spec: aSpec() }));
    const found = await fetch(new URL(created.headers.get('location') ?? '', api.url), { headers: api.headers });

    expect(created.status).toBe(201);
    const resource: unknown = await created.json();
    expect(await found.json()).toEqual(resource);
    expect(resource).toMatchObject({
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecution',
      metadata: { name: 'we-1', namespace: namespace.name, generation: 1 },
      spec: aSpec(),
    });
    expect(JSON.stringify(resource)).not.toContain('managedFields');
  });

  it('returns no location of an execution that was only validated', async () => {
    const validated = await post(JSON.stringify({ spec: aSpec() }), json, '?validateOnly=true');

    expect(validated.status).toBe(201);
    expect(validated.headers.get('location')).toBeNull();
  });

  it('accepts an object with apiVersion, kind and namespace, as it returns them', async () => {
    const shown = await post(
      JSON.stringify({
        apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
        kind: 'WorkflowExecution',
        metadata: { name: 'we-2', namespace: namespace.name },
        spec: aSpec(),
      }),
    );

    expect(shown.status).toBe(201);
  });

  it('stores exactly the given fields', async () => {
    const spec = aSpec({ parameters: { EMPTY: '', FACE: '😀' }, confidence: 0, ttlSecondsAfterFinished: 0 });
    await post(JSON.stringify({ metadata: { name: 'exact', annotations: { 'a/b': 'c' } }, spec }));

    const stored = await kubernetes.get(workflowExecutionResource, { namespace: namespace.name, name: 'exact' });

    expect(stored.spec).toEqual({ ...spec, executionConfig: { serviceAccountName: 'workflow-execution-sa' } });
    expect(stored.metadata.annotations).toEqual({
      'a/b': 'c',
      'workflowexecution.kubernaut.ai/created-by': api.caller?.username,
      'workflowexecution.kubernaut.ai/created-at': expect.stringMatching(/Z$/),
    });
  });

  it('returns a list as Kubernetes does, with the remaining item count', async () => {
    for (const name of ['more-1', 'more-2']) await post(JSON.stringify({ metadata: { name }, spec: aSpec() }));

    const list: unknown = await (await fetch(`${address}?limit=1`, { headers: api.headers })).json();

    expect(list).toMatchObject({
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecutionList',
      metadata: { continue: expect.any(String), remainingItemCount: expect.any(Number) },
      items: [{ kind: 'WorkflowExecution' }],
    });
  });

  it.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, string, number, string]>([
    ['that is not JSON', '{', json, '', 400, 'JSON'],
    ['that is a string', '"x"', json, '', 400, 'object'],
    ['that is null', 'null', json, '', 400, 'object'],
    ['that is a list', '[]', json, '', 400, 'list'],
    ['that is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), json, '', 400, 'UTF-8'],
    ['that is empty', '', json, '', 400, 'spec: is required'],
    ['of another type', '<x/>', { 'content-type': 'text/xml' }, '', 415, 'text/xml'],
    ['in another charset', '{}', { 'content-type': 'application/json; charset=ebcdic' }, '', 415, 'charset'],
    ['in UTF-16', '{}', { 'content-type': 'application/json; charset=utf-16' }, '', 415, 'charset'],
    ['with a key given twice', '{"spec": {"a": 1, "a": 2}}', json, '', 400, 'spec.a: is given twice'],
    ['that is a form', 'spec=1', { 'content-type': 'application/x-www-form-urlencoded' }, '', 415, 'application/json'],
    ['that is too large', `{"spec": "${'x'.repeat(maxRequestBytes)}"}`, json, '', 413, `${maxRequestBytes} bytes`],
    ['with an unknown field', '{"status": {}, "spec": {}}', json, '', 400, 'status: '],
    [
      'for another namespace',
      JSON.stringify({ metadata: { namespace: 'x' }, spec: aSpec() }),
      json,
      '',
      400,
      'metadata.n',
    ],
    ['with an empty request id', JSON.stringify({ spec: aSpec() }), json, '?requestId=', 400, 'requestId: '],
    ['with an unknown query parameter', JSON.stringify({ spec: aSpec() }), json, '?dryRun=All', 400, 'dryRun: '],
  ])('refuses a body %s', async (_, body, headers, query, status, detail) => {
    const response = await post(body, headers, query);

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  it.each(['', 'text/xml'])('cancels without a body, whatever the content type: %j', async (type) => {
    await post(JSON.stringify({ metadata: { name: 'cancelled' }, spec: aSpec() }));

    const path = `${new URL(address).pathname}/cancelled/cancel`;
    const { status, body } = await send(api, { method: 'POST', path, headers: { 'content-type': type } });

    expect({ status, body }).toMatchObject({ status: 200 });
  });

  it.each([
    ['/api/v1/nothing', 404, 'Cannot GET'],
    ['/API/v1/workflowexecutions', 404, 'Cannot GET'],
    ['/api/v1/namespaces/default/workflowexecutions/we_1', 400, 'name: '],
    ['/api/v1/namespaces/De_fault/workflowexecutions', 400, 'namespace: '],
    ['/api/v1/namespaces/-/workflowexecutions/we-1', 400, 'namespace: '],
    ['/api/v1/namespaces/default/workflowexecutions/%FF', 400, 'cannot be read'],
    ['/api/v1/namespaces/default/workflowexecutions?limit=x', 400, 'limit: '],
    ['/api/v1/namespaces/default/workflowexecutions?limit=1&limit=2', 400, 'limit: '],
    ['/api/v1/namespaces/default/workflowexecutions?continue=a&continue=b', 400, 'continue: '],
    ['/api/v1/namespaces/default/workflowexecutions?fieldSelector=a', 400, 'fieldSelector: '],
    ['/api/v1/namespaces/default/workflowexecutions?phase=Dead', 400, 'phase: '],
    ['/api/v1/namespaces/default/workflowexecutions?phase=Failed&phase=Running', 400, 'phase: '],
    ['/api/v1/namespaces/default/workflowexecutions?createdAfter=now', 400, 'createdAfter: '],
    ['/api/v1/namespaces/default/workflowexecutions?createdAfter=', 400, 'createdAfter: '],
    ['/api/v1/namespaces/default/workflowexecutions?createdBefore=2026-02-30T00:00:00Z', 400, 'createdBefore: '],
  ])('answers %s with a problem', async (path, status, detail) => {
    const response = await fetch(`${api.url}${path}`, { headers: api.headers });

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
      instance: path,
    });
  });

  it.each([
    ['PUT', '/api/v1/namespaces/default/workflowexecutions/we-1', 'GET, DELETE'],
    ['PATCH', '/api/v1/namespaces/default/workflowexecutions', 'GET, POST'],
    ['GET', '/api/v1/namespaces/default/workflowexecutions/we-1/cancel', 'POST'],
    ['DELETE', '/api/v1/watch/namespaces/default/workflowexecutions', 'GET'],
  ])('answers %s %s with 405 and the allowed methods', async (method, path, allowed) => {
    const response = await fetch(`${api.url}${path}`, { method, headers: api.headers });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await response.json()).toMatchObject({
      status: 405,
      detail: expect.stringMatching(new RegExp(`not ${method}$`)),
    });
  });

  it.each([
    ['without a Host header', '', 'Host'],
    ['with an unknown expectation', 'Host: x\r\nExpect: x\r\n', '100-continue'],
  ])('answers a request %s with a problem', async (_, headers, detail) => {
    const answer = await exchange(api, `GET / HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);

    expect(answer.headers).toContain('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, detail: expect.stringContaining(detail) });
  });

  it('refuses a deletion with a body, and deletes nothing', async () => {
    await post(JSON.stringify({ metadata: { name: 'kept' }, spec: aSpec() }));
    const headers = { ...api.headers, ...json };

    const body = JSON.stringify({ preconditions: { uid: 'none' } });
    const refused = await fetch(`${address}/kept`, { method: 'DELETE', headers, body });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('body') });
    expect((await fetch(`${address}/kept`, { headers })).status).toBe(200);
  });

  it.each([
    ['a body of another type', '', { 'content-type': 'text/xml' }, 415],
    ['a body for an unknown route', '/none/none', {}, 404],
    ['a body that is too large', '', json, 413],
    ['headers that are too large', '', { x: 'x'.repeat(20_000) }, 431],
  ])('refuses %s with a complete answer, however much of it is unread', async (_, rest, headers, status) => {
    const [path, body] = [`${new URL(address).pathname}${rest}`, Buffer.alloc(4 * maxRequestBytes)];

    const answer = await send(api, { method: 'POST', path, headers, body });

    expect(answer.headers).toContain('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status });
  });

  it('serves the committed OpenAPI document', async () => {
    const committed = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8');

    const served: unknown = await (await fetch(`${api.url}/openapi.json`)).json();

    expect(served).toEqual(JSON.parse(committed));
  });

  it('serves Swagger UI with a policy that forbids third-party assets', async () => {
    const page = await fetch(`${api.url}/docs`);

    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it.each([
    ['a watch', () => `${api.url}/api/v1/watch/namespaces/${namespace.name}/workflowexecutions`, 'text/event-stream'],
    ['a log that is followed', () => `${address}/we-1/log?follow=true`, 'text/plain'],
  ])('answers HEAD of %s with its headers', async (_, url, type) => {
    const response = await fetch(url(), { method: 'HEAD', headers: api.headers });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
  });

  it('streams events that no proxy caches or buffers', async () => {
    const watcher = await restWatch(api, namespace.name).synced();
    watcher.close();

    expect(watcher.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  it('answers each of the requests that follow one another on kept connections', async () => {
    const agent = new Agent({ keepAlive: true });
    const statusOf = async () => {
      const [response] = (await once(get(`${api.url}/docs/`, { agent }), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
      return response.statusCode;
    };
    const statuses: (number | undefined)[] = [];
    const client = async () => {
      for (let count = 0; count < 50; count++) statuses.push(await statusOf());
    };
    await Promise.all(Array.from({ length: 30 }, client));
    agent.destroy();

    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('reads an execution named watch', async () => {
    const { status } = await fetch(`${address}/watch`, { headers: api.headers });

    expect(status).toBe(404);
  });
});
