import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { isRecord, recordOf } from '../../../src/kubernetes/json.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { callerOf } from '../../support/callers.ts';
import { schemaErrors } from '../../support/openapi-schema.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import type { ApiClient } from './api-client.ts';
import { sharedApi } from './shared-api.ts';

const [api] = await sharedApi();

describe('an answer over REST', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'openapi');
  });

  afterAll(() => namespace.delete());

  const collection = '/api/v1/namespaces/{namespace}/workflowexecutions' as const;
  const one = `${collection}/{name}` as const;

  /** Calls, and validates the answer against its schema in the document; returns its status. */
  async function call(
    method: 'get' | 'post' | 'delete',
    path: string,
    name = '',
    { body, as = api, query = '' }: { body?: unknown; as?: ApiClient; query?: string } = {},
  ): Promise<number> {
    const address = path.replace('{namespace}', namespace.name).replace('{name}', name);
    const response = await fetch(`${api.url}${address}${query}`, {
      method: method.toUpperCase(),
      headers: { ...as.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const paths: Readonly<Record<string, unknown>> = document.paths;
    const responses = recordOf(recordOf(recordOf(paths[path])[method])['responses']);
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const { schema } = recordOf(recordOf(recordOf(responses[response.status])['content'])[type]);
    expect({ path, status: response.status, isDescribed: isRecord(schema) }).toMatchObject({ isDescribed: true });
    expect(schemaErrors(schema, type.endsWith('json') ? await response.json() : await response.text())).toEqual([]);
    return response.status;
  }

  it('is valid against the OpenAPI document', async () => {
    const body = { metadata: { name: 'one', labels: { a: 'b' } }, spec: aSpec() };
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name: 'without-rights' });
    const withoutRights = api.as(token);

    await expect(call('post', collection, '', { body })).resolves.toBe(201);
    await expect(call('post', collection, '', { body })).resolves.toBe(409);
    await expect(call('post', collection, '', { body: { spec: aSpec() }, query: '?validateOnly=true' })).resolves.toBe(
      201,
    );
    await expect(call('post', collection, '', { body: { spec: {} } })).resolves.toBe(400);
    await expect(call('post', collection, '', { body, as: withoutRights })).resolves.toBe(403);
    await expect(call('post', collection, '', { body, as: api.as(undefined) })).resolves.toBe(401);
    await expect(call('get', one, 'one')).resolves.toBe(200);
    await expect(call('get', one, 'two')).resolves.toBe(404);
    await expect(call('get', one, 'Not_A_Name')).resolves.toBe(400);
    await expect(call('get', collection)).resolves.toBe(200);
    await expect(call('get', collection, '', { query: '?limit=x' })).resolves.toBe(400);
    await expect(call('get', `${one}/log`, 'one')).resolves.toBe(200);
    await expect(call('get', `${one}/log`, 'two')).resolves.toBe(404);
    await expect(call('post', `${one}/cancel`, 'one')).resolves.toBe(200);
    await expect(call('post', `${one}/cancel`, 'two')).resolves.toBe(404);
    await expect(call('delete', one, 'one', { query: '?uid=another' })).resolves.toBe(409);
    await expect(call('delete', one, 'one')).resolves.toBe(200);
    await expect(call('delete', one, 'two')).resolves.toBe(404);
  });
});
