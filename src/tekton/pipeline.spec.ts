import { describe, expect, it } from '@jest/globals';
import { maxPipelineBytes, readPipeline } from './pipeline.ts';

const read = (content: string | object) =>
  readPipeline(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
const aPipeline = (spec: object) => ({ apiVersion: 'tekton.dev/v1', kind: 'Pipeline', spec });
const tasksOf = (spec: object) => {
  const content = read(aPipeline(spec));
  return content.kind === 'pipeline' ? content.pipeline.tasks : content;
};
const paramsOf = (params: unknown) => {
  const content = read(aPipeline({ params }));
  return content.kind === 'pipeline' ? content.pipeline.params : content;
};

const unreadable = 'it is not one document of JSON, or of YAML without aliases and repeated keys';

describe('a Pipeline in a bundle', () => {
  it('is read from JSON and from YAML', () => {
    const yaml = 'apiVersion: tekton.dev/v1beta1\nkind: Pipeline\nspec:\n  tasks:\n    - name: one\n';

    expect(read(yaml)).toEqual({ kind: 'pipeline', pipeline: { params: [], workspaces: [], tasks: ['one'] } });
    expect(tasksOf({ tasks: [{ name: 'one' }] })).toEqual(['one']);
  });

  it.each([
    [{ apiVersion: 'tekton.dev/v1', kind: 'Task' }, 'holds a Task instead of a Pipeline'],
    [
      { apiVersion: 'tekton.dev/v1alpha1', kind: 'Pipeline' },
      'holds a Pipeline of tekton.dev/v1alpha1 instead of tekton.dev/v1 or tekton.dev/v1beta1',
    ],
    [{ kind: 'Pipeline' }, 'holds a Pipeline of no API version instead of tekton.dev/v1 or tekton.dev/v1beta1'],
    ['{"apiVersion": "tekton.dev/v1",}', 'holds a file that is not valid JSON'],
    ['just text', 'holds a file instead of a Pipeline'],
    ['[]', 'holds a file instead of a Pipeline'],
  ])('is required: %j', (content, message) => {
    expect(read(content)).toEqual({ kind: 'refused', message });
  });

  it.each([
    ['in JSON of more than 256 KiB', 'x'.repeat(maxPipelineBytes.json + 1), 'it is larger than 256 KiB of JSON'],
    ['in YAML of more than 32 KiB', `a: ${'x'.repeat(maxPipelineBytes.yaml)}`, 'it is larger than 32 KiB of YAML'],
    ['with aliases', 'a: &a [b]\nc: *a\n', unreadable],
    ['in several documents', 'a: b\n---\nc: d\n', unreadable],
    ['that cannot be parsed', 'a: [', unreadable],
    ['that is too deep', '['.repeat(30_000), unreadable],
  ])('is not read %s', (_, content, message) => {
    expect(read(content)).toEqual({ kind: 'unread', message });
  });
});

describe('the parameters of a Pipeline', () => {
  it('have type, allowed values, and whether there is a default', () => {
    const params = [
      { name: 'A', type: 'string' },
      { name: 'B', default: '' },
      { name: 'C', enum: ['x', 'y'] },
      { name: 'D', type: '', enum: [], default: null },
    ];

    expect(paramsOf(params)).toEqual([
      { name: 'A', type: 'string', hasDefault: false },
      { name: 'B', type: 'string', hasDefault: true },
      { name: 'C', type: 'string', hasDefault: false, values: ['x', 'y'] },
      { name: 'D', type: 'string', hasDefault: false },
    ]);
  });

  it('have the type of their default or properties, as Tekton sets it', () => {
    const params = [
      { name: 'A', default: ['x'] },
      { name: 'B', default: { x: 'y' } },
      { name: 'C', properties: { x: {} } },
      { name: 'D' },
      { name: 'E', default: [1, 2] },
      { name: 'F', default: { a: 1 } },
    ];

    expect(paramsOf(params)).toMatchObject([
      { type: 'array' },
      { type: 'object' },
      { type: 'object' },
      { type: 'string' },
      { type: 'string' },
      { type: 'string' },
    ]);
  });

  it.each([
    [{ params: { A: 'x' } }, 'spec.params must be a list'],
    [{ params: ['A'] }, 'spec.params[0] must be an object'],
    [{ params: [{ type: 'string' }] }, 'spec.params[0].name is missing'],
    [{ params: [{ name: 'A', type: 5 }] }, 'spec.params[0].type must be a string'],
    [{ params: [{ name: 'A', enum: [1] }] }, 'spec.params[0].enum must be a string'],
    [{ tasks: [{ name: 'a', runAfter: 'b' }] }, 'spec.tasks[0].runAfter must be a list'],
  ])('are those of a Pipeline that Tekton can decode, not %j', (spec, why) => {
    expect(read(aPipeline(spec))).toEqual({
      kind: 'refused',
      message: `holds a Pipeline that Tekton cannot decode: ${why}`,
    });
  });

  it('have no names that are booleans in YAML 1.1', () => {
    const content = read('apiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n  params:\n    - name: NO\n');

    expect(content).toEqual({
      kind: 'refused',
      message: 'holds a Pipeline that Tekton cannot decode: spec.params[0].name must be a string',
    });
  });
});

describe('the workspaces of a Pipeline', () => {
  it('are those that are not optional', () => {
    const content = read(aPipeline({ workspaces: [{ name: 'a' }, { name: 'b', optional: true }] }));

    expect(content).toMatchObject({ pipeline: { workspaces: ['a'] } });
  });
});

describe('the tasks of a Pipeline', () => {
  it('are in the order of runAfter and of the results that they use, then finally', () => {
    const tasks = [
      { name: 'verify', when: [{ input: '$(tasks.patch.results.changed)', operator: 'in', values: ['yes'] }] },
      { name: 'patch', params: [{ name: 'x', value: '$(params.A) $(tasks.find.results.pod)' }] },
      { name: 'notify', runAfter: ['verify'] },
      { name: 'find' },
      { name: 'log' },
    ];

    expect(tasksOf({ tasks, finally: [{ name: 'clean', when: [] }] })).toEqual([
      ...['find', 'log', 'patch', 'verify', 'notify'],
      'clean',
    ]);
  });

  it('do not wait for a result that only their texts mention', () => {
    const tasks = [
      { name: 'c', runAfter: ['b'] },
      { name: 'b', runAfter: ['a'] },
      { name: 'a', description: 'writes what c reads as $(tasks.c.results.r)', taskSpec: { steps: [{ image: 'x' }] } },
      { name: 'd', taskSpec: { steps: [{ script: 'echo $(tasks.c.results.r)' }] } },
    ];

    expect(tasksOf({ tasks })).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    [
      'have a cycle',
      [
        { name: 'a', runAfter: ['b'] },
        { name: 'b', runAfter: ['a'] },
      ],
    ],
    ['have the same name', [{ name: 'a' }, { name: 'a' }]],
    ['run after unknown ones', [{ name: 'a', runAfter: ['x'] }, { name: 'b' }]],
  ])('stay in their order if they %s', (_, tasks) => {
    expect(tasksOf({ tasks })).toEqual(tasks.map(({ name }) => name));
  });

  it('may be many', () => {
    const tasks = Array.from({ length: 5_000 }, (_, at) => ({ name: `t${at}`, runAfter: [`t${at + 1}`] }));

    expect(tasksOf({ tasks })).toEqual(tasks.map(({ name }) => name).reverse());
  });
});
