import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from '@jest/globals';
import document from '../docs/openapi.json' with { type: 'json' };
import { arrayOf, isRecord, recordOf, stringOf } from '../src/kubernetes/json.ts';
import { aSpec, aWorkflowExecution } from '../src/workflow-execution/workflow-execution.builders.ts';
import { schemaErrors } from './support/openapi-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** Free texts of unbounded length. */
const unbounded = new Set(['detail', 'title', 'message', 'field', 'description', 'data']);

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]): [name: string, operation: Json] => [
    `${method.toUpperCase()} ${path}`,
    operation,
  ]),
);
/** All but that of an empty body. */
const schemas = Object.entries<Json>(document.components.schemas).filter(([name]) => name !== 'NoBody');

/** What the description of a field or parameter lacks. */
function missingIn(name: string, schema: Json, description: unknown = schema['description']): string[] {
  const isBounded = ['maxLength', 'enum', 'format', 'pattern', 'const'].some((bound) => bound in schema);
  const isNumber = schema['type'] === 'integer' || schema['type'] === 'number';
  return [
    ...(stringOf(description) ? [] : [`${name}: description`]),
    ...(schema['type'] === 'string' && !isBounded && !unbounded.has(name) ? [`${name}: maximum length`] : []),
    ...(isNumber && !('minimum' in schema || schema['format'] === 'int32') ? [`${name}: minimum`] : []),
  ];
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();

    await expect(validator.validate(structuredClone(document))).resolves.toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it.each(operations)('describes %s and its parameters', (_name, operation) => {
    expect(operation).toMatchObject({
      operationId: expect.stringMatching(/^[a-z]+(WorkflowExecution(s|Log)?|(Cluster)?Target)$/),
      summary: expect.stringMatching(/./),
      description: expect.stringMatching(/./),
      tags: ['Workflow executions'],
      security: [{ bearer: [] }],
    });
    const parameters = arrayOf(operation['parameters']).map(recordOf);
    const missing = parameters.flatMap((parameter) =>
      missingIn(String(parameter['name']), recordOf(parameter['schema']), parameter['description']),
    );
    expect(missing).toEqual([]);
  });

  it.each(operations)('has the errors of %s, each with a valid example', (_name, operation) => {
    const responses = Object.entries(recordOf(operation['responses']));
    const statuses = responses.map(([status]) => status);

    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '403', '408', '429', '431', '500', '503']));
    for (const [status, raw] of responses) {
      const response = recordOf(raw);
      expect(response['description']).toMatch(/./);
      for (const [type, media] of Object.entries(recordOf(response['content']))) {
        const { schema, example } = recordOf(media);
        expect(isRecord(schema)).toBe(true);
        if (type === 'application/problem+json') {
          expect(schemaErrors(schema, example)).toEqual([]);
          expect(String(recordOf(example)['status'])).toBe(status);
        }
      }
    }
  });

  it.each(schemas)('describes every field of %s, with its bounds', (_name, schema) => {
    const fields = Object.entries(recordOf(schema['properties']));

    expect(fields.length).toBeGreaterThan(0);
    expect(fields.flatMap(([field, raw]) => missingIn(field, recordOf(raw)))).toEqual([]);
  });

  it('has valid example bodies', () => {
    const bodies = operations.flatMap(([, operation]) =>
      Object.values(recordOf(recordOf(operation['requestBody'])['content'])).map(recordOf),
    );
    const errors = bodies.flatMap(({ schema, examples }) =>
      Object.values(recordOf(examples)).map((example) => schemaErrors(schema, recordOf(example)['value'])),
    );

    expect(errors).toEqual([[]]);
  });

  it('requires a body if the service does', () => {
    const required = operations.flatMap(([name, operation]) =>
      'requestBody' in operation ? [[name, recordOf(operation['requestBody'])['required'] ?? false]] : [],
    );

    expect(required).toEqual([
      ['POST /api/v1/namespaces/{namespace}/workflowexecutions', true],
      ['POST /api/v1/namespaces/{namespace}/workflowexecutions/{name}/cancel', false],
    ]);
  });

  it('has patterns that mean the same in every language, without language-dependent classes', () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    const sources = patterns.map(([, literal = '']) => String(JSON.parse(literal)));

    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((source) => /\\[bBdDpPsSwW]/.test(source))).toEqual([]);
  });

  it.each([
    ['a parameter', { spec: aSpec({ parameters: { lower: 'x' } }) }],
    ['a parameter, by its length', { spec: aSpec({ parameters: { ['A'.repeat(129)]: 'x' } }) }],
    ['a label', { metadata: { labels: { 'a b': 'x' } }, spec: aSpec() }],
    ['an annotation', { metadata: { annotations: { '/a': 'x' } }, spec: aSpec() }],
  ])('describes the keys of a map: %s', (_, body) => {
    const errors = schemaErrors({ $ref: '#/components/schemas/CreateWorkflowExecution' }, body);

    expect(errors).toContainEqual(expect.objectContaining({ keyword: 'propertyNames' }));
  });

  it('describes the values of labels', () => {
    const body = { metadata: { labels: { a: 'no label' } }, spec: aSpec() };

    expect(schemaErrors({ $ref: '#/components/schemas/CreateWorkflowExecution' }, body)).toMatchObject([
      { keyword: 'pattern' },
    ]);
  });

  it.each([
    ['CreateWorkflowExecution', { spec: aSpec(), status: {} }],
    ['CreateWorkflowExecution', { metadata: { uid: 'x' }, spec: aSpec() }],
    ['CreateWorkflowExecution', { spec: { ...aSpec(), colour: 1 } }],
    ['CreateWorkflowExecution', { spec: { ...aSpec(), executionConfig: { retries: 1 } } }],
    ['NoBody', { mode: 'Immediate' }],
  ])('describes that unknown fields are rejected: %s %j', (schema, body) => {
    expect(schemaErrors({ $ref: `#/components/schemas/${schema}` }, body)).toMatchObject([
      { keyword: 'additionalProperties' },
    ]);
  });

  it('describes an execution that was only validated', () => {
    const metadata = { ...aWorkflowExecution().metadata, resourceVersion: undefined };
    const execution: unknown = JSON.parse(JSON.stringify({ ...aWorkflowExecution(), metadata }));

    expect(schemaErrors({ $ref: '#/components/schemas/WorkflowExecution' }, execution)).toEqual([]);
  });
});
