import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parameterBytes } from '../../workflow-execution/generated/parameter-rules.ts';
import { aSpec, largestParameters } from '../../workflow-execution/workflow-execution.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { CreateQuery, CreateWorkflowExecutionDto } from '../executions/create-workflow-execution.dto.ts';
import { RequestValidationPipe, validated } from './validation.pipe.ts';

/** The violations of a body: rules by field. */
async function brokenRules(body: object): Promise<Record<string, string>> {
  const failure = await validated(CreateWorkflowExecutionDto, body).catch((error: unknown) => error);
  if (!(failure instanceof ApiError)) return {};
  const { violations = [] } = failure.details;
  return Object.fromEntries(violations.map(({ path, message }) => [path.join('.'), message]));
}

describe('a body', () => {
  it('that is valid becomes an instance of its class, unchanged', async () => {
    const body = { metadata: { name: 'we-1', labels: { 'app.kubernetes.io/name': 'x', A_b: '' } }, spec: aSpec() };

    const dto = await validated(CreateWorkflowExecutionDto, body);

    expect(dto).toBeInstanceOf(CreateWorkflowExecutionDto);
    expect(JSON.parse(JSON.stringify(dto))).toEqual(body);
  });

  it.each([
    ['nothing', {}, { spec: 'is required' }],
    ['a list', [], { '': 'must be an object, not a list' }],
    ['a null spec', { spec: null }, { spec: 'is required' }],
    ['a string for a spec', { spec: 'x' }, { spec: 'must be an object' }],
    ['a list for a spec', { spec: [] }, { spec: 'must be an object' }],
    ['an unknown field', { spec: aSpec(), status: {} }, { status: 'is not a known field' }],
    ['an unknown field inside', { spec: { ...aSpec(), colour: 1 } }, { 'spec.colour': 'is not a known field' }],
    ['a member of every object', { spec: { ...aSpec(), toString: 1 } }, { 'spec.toString': 'is not a known field' }],
    ['a key __proto__', JSON.parse('{"__proto__": {}}') as object, { ['__proto__']: 'is not a known field' }],
    ['another kind', { kind: 'Pod', spec: aSpec() }, { kind: 'must be WorkflowExecution' }],
    [
      'another version',
      { apiVersion: 'v1', spec: aSpec() },
      { apiVersion: 'must be workflowexecution.kubernaut.ai/v1alpha1' },
    ],
    [
      'an optional field that is null',
      { spec: { ...aSpec(), rationale: null } },
      { 'spec.rationale': 'must be a string' },
    ],
    [
      'a number as a string',
      { spec: { ...aSpec(), ttlSecondsAfterFinished: '60' } },
      { 'spec.ttlSecondsAfterFinished': 'must be a whole number' },
    ],
    [
      'a label that is not a string',
      { metadata: { labels: { a: 1 } }, spec: aSpec() },
      { 'metadata.labels': "the value of 'a' must be a string" },
    ],
    [
      'invalid keys of labels and annotations',
      { metadata: { labels: { a: '', 'a b': '' }, annotations: { [`${'x'.repeat(64)}`]: 'a b' } }, spec: aSpec() },
      {
        'metadata.labels': expect.stringMatching(/^every key must be letters, .* and '\/'; 'a b' is not$/),
        'metadata.annotations': expect.stringMatching(/^every key must be letters, .* and '\/'; 'x+' is not$/),
      },
    ],
    [
      'a label with a long key',
      { metadata: { labels: { [`${'a.'.repeat(200)}/a`]: '' } }, spec: aSpec() },
      { 'metadata.labels': expect.stringContaining('every key must be') },
    ],
    [
      'an invalid label',
      { metadata: { labels: { team: 'a b' } }, spec: aSpec() },
      { 'metadata.labels': expect.stringMatching(/^the value of 'team' must be empty, or letters/) },
    ],
    [
      'a label that is too long',
      { metadata: { labels: { team: 'a'.repeat(64) } }, spec: aSpec() },
      { 'metadata.labels': "the value of 'team' must be at most 63 characters long" },
    ],
    [
      'too many parameters',
      { spec: aSpec({ parameters: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`P${i}`, ''])) }) },
      { 'spec.parameters': expect.stringMatching(/^must have at most \d+ entries$/) },
    ],
    [
      'a parameter that is too long',
      { spec: aSpec({ parameters: { LONG: 'x'.repeat(parameterBytes.max - 4) } }) },
      { 'spec.parameters': expect.stringMatching(/^the value of 'LONG' must be at most \d+ characters long$/) },
    ],
    [
      'a parameter that Tekton would expand',
      { spec: aSpec({ parameters: { GOOD: 'x', MESSAGE: 'restarted at $(date)' } }) },
      { 'spec.parameters': expect.stringMatching(/^the value of 'MESSAGE' must not contain '\$\('/) },
    ],
    [
      'parameters that are too large together',
      { spec: aSpec({ parameters: { ...largestParameters('x'), B: '' } }) },
      { 'spec.parameters': `${parameterBytes.message}; they are ${parameterBytes.max + 1}` },
    ],
    [
      'half a character in a parameter',
      { spec: aSpec({ parameters: { HALF: 'a\ud83d' } }) },
      { 'spec.parameters.HALF': expect.stringContaining('must be Unicode text') },
    ],
    [
      'half a character in another string',
      { spec: aSpec({ rationale: '\ude00!' }) },
      { 'spec.rationale': expect.stringContaining('must be Unicode text') },
    ],
    [
      'half a character in a key',
      { metadata: { labels: { '\ud83d': 'x' } }, spec: aSpec() },
      { 'metadata.labels': expect.stringContaining("must not have the key '\ufffd'") },
    ],
  ])('with %s is refused', async (_, body, rules: object) => {
    expect(await brokenRules(body)).toEqual(rules);
  });

  it('gets all violations in one error', async () => {
    const body = { metadata: { name: 'A' }, spec: { ...aSpec({ confidence: 2 }), targetResource: 'x' } };

    expect(Object.keys(await brokenRules(body))).toEqual(['metadata.name', 'spec.targetResource', 'spec.confidence']);
  });

  it('gets the first 50 violations and their number', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x${i}`, i]));
    const failure = await validated(CreateWorkflowExecutionDto, { spec: { ...aSpec(), ...unknown } }).catch(String);
    const error = await validated(CreateWorkflowExecutionDto, { spec: unknown }).catch((thrown: unknown) => thrown);

    expect(failure).toMatch(/spec\.x0: is not a known field \(and 399 more\)$/);
    expect(error).toMatchObject({ details: { violationCount: 403 } });
    expect((error as ApiError).details.violations).toHaveLength(50);
  });

  it('counts characters like the API server', async () => {
    expect(await brokenRules({ spec: aSpec({ parameters: { FACE: `${'x'.repeat(8_191)}😀` } }) })).toEqual({});
  });

  it('of arbitrary JSON is valid or gets violations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.object({ withNullPrototype: false, maxDepth: 4 }), async (body) => {
        const outcome = await validated(CreateWorkflowExecutionDto, body).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(ApiError);
      }),
    );
  });
});

describe('the pipe of handlers', () => {
  const pipe = new RequestValidationPipe();
  const body = { type: 'body', metatype: CreateQuery } as const;

  it('takes a missing body as an empty one', async () => {
    await expect(pipe.transform(undefined, body)).resolves.toEqual({ validateOnly: false });
  });

  it.each([null, 'x', 1, true])('refuses the body %j', async (value) => {
    await expect(pipe.transform(value, body)).rejects.toMatchObject({
      details: { violations: [{ path: [], message: 'must be an object' }] },
    });
  });

  it('does not touch what decorators of this service provide', async () => {
    const call = { signal: new AbortController().signal };
    await expect(pipe.transform(call, { type: 'custom', metatype: Object })).resolves.toBe(call);
  });
});
