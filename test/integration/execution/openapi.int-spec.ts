import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { arrayOf, isRecord, recordOf, stringOf } from '../../../src/kubernetes/json.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { callerOf } from '../../support/callers.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { type RunningApi, startApi } from './running-api.ts';
import document from '../../../docs/openapi.json' with { type: 'json' };

type Json = Readonly<Record<string, unknown>>;

/** Free texts, for which no bound is promised. */
const unbounded = new Set(['detail', 'title', 'message', 'field', 'description']);

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]): [name: string, operation: Json] => [
    `${method.toUpperCase()} ${path}`,
    operation,
  ]),
);
/** All but that of a body that has nothing in it. */
const schemas = Object.entries<Json>(document.components.schemas).filter(([name]) => name !== 'NoBody');

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** What is wrong with a value by a schema of the document. */
function faultsOf(schema: unknown, value: unknown): unknown {
  const absolute: unknown = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components'));
  const validate = ajv.compile(recordOf(absolute));
  return validate(value) ? [] : validate.errors;
}

/** What a field or parameter lacks to be described. */
function lacks(name: string, schema: Json, description: unknown): string[] {
  const isBounded = ['maxLength', 'enum', 'format', 'pattern', 'const'].some((bound) => bound in schema);
  const isNumber = schema['type'] === 'integer' || schema['type'] === 'number';
  return [
    ...(stringOf(description) ? [] : [`${name}: what it is`]),
    ...(schema['type'] === 'string' && !isBounded && !unbounded.has(name) ? [`${name}: how long it may be`] : []),
    ...(isNumber && !('minimum' in schema || schema['format'] === 'int32') ? [`${name}: how small it may be`] : []),
  ];
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();

    await expect(validator.validate(structuredClone(document))).resolves.toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it.each(operations)('describes all of %s', (_name, operation) => {
    expect(operation).toMatchObject({
      operationId: expect.stringMatching(/^[a-z]+WorkflowExecution(s|Log)?$/),
      summary: expect.stringMatching(/./),
      description: expect.stringMatching(/./),
      tags: ['Workflow executions'],
      security: [{ bearer: [] }],
    });
    const parameters = arrayOf(operation['parameters']).map(recordOf);
    const missing = parameters.flatMap((parameter) =>
      lacks(String(parameter['name']), recordOf(parameter['schema']), parameter['description']),
    );
    expect(missing).toEqual([]);
  });

  it.each(operations)('shows the errors of %s, each with an example that is one', (_name, operation) => {
    const responses = Object.entries(recordOf(operation['responses']));
    const statuses = responses.map(([status]) => status);

    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
    for (const [status, raw] of responses) {
      const response = recordOf(raw);
      expect(response['description']).toMatch(/./);
      for (const [type, media] of Object.entries(recordOf(response['content']))) {
        const { schema, example } = recordOf(media);
        expect(isRecord(schema)).toBe(true);
        if (type === 'application/problem+json') {
          expect(faultsOf(schema, example)).toEqual([]);
          expect(String(recordOf(example)['status'])).toBe(status);
        }
      }
    }
  });

  it.each(schemas)('describes every field of %s, with its bounds', (_name, schema) => {
    const fields = Object.entries(recordOf(schema['properties']));

    expect(fields.length).toBeGreaterThan(0);
    expect(fields.flatMap(([field, raw]) => lacks(field, recordOf(raw), describedBy(recordOf(raw))))).toEqual([]);
  });

  it('shows bodies that would be accepted', () => {
    const bodies = operations.flatMap(([, operation]) =>
      Object.values(recordOf(recordOf(operation['requestBody'])['content'])).map(recordOf),
    );
    const faults = bodies.flatMap(({ schema, examples }) =>
      Object.values(recordOf(examples)).map((example) => faultsOf(schema, recordOf(example)['value'])),
    );

    expect(faults).toEqual([[]]);
  });
});

/** A field that is an object is described beside the reference to its schema. */
function describedBy(schema: Json): unknown {
  return schema['description'];
}

describe('what the service answers', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;
  let api: RunningApi;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'openapi');
    api = await startApi(serviceCluster());
  });

  afterAll(async () => {
    await api.stop();
    await namespace.delete();
  });

  const collection = '/api/v1/namespaces/{namespace}/workflowexecutions' as const;
  const one = `${collection}/{name}` as const;

  /** Calls, and holds the answer against the document. */
  async function call(
    method: 'get' | 'post' | 'delete',
    path: string,
    name = '',
    { body, as = api, query = '' }: { body?: unknown; as?: RunningApi; query?: string } = {},
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
    expect(faultsOf(schema, type.endsWith('json') ? await response.json() : await response.text())).toEqual([]);
    return response.status;
  }

  it('is what the document says', async () => {
    const body = { metadata: { name: 'one', labels: { a: 'b' } }, spec: aSpec() };
    const { token } = await callerOf(kubernetes, { namespace: namespace.name, name: 'nobody' });
    const nobody = api.as(token);

    await expect(call('post', collection, '', { body })).resolves.toBe(201);
    await expect(call('post', collection, '', { body })).resolves.toBe(409);
    await expect(call('post', collection, '', { body: { spec: {} } })).resolves.toBe(400);
    await expect(call('post', collection, '', { body, as: nobody })).resolves.toBe(403);
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

  it('is the document that is committed', async () => {
    const served = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenAPIObject;

    expect(served).toEqual(document);
  });
});
