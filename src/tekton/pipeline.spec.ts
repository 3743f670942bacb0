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

describe('a Pipeline in a bundle', () => {
  it('is read from JSON and from YAML', () => {
    const yaml = 'apiVersion: tekton.dev/v1beta1\nkind: Pipeline\nspec:\n  tasks:\n    - name: one\n';

    expect(read(yaml)).toEqual({ kind: 'pipeline', pipeline: { params: [], tasks: ['one'] } });
    expect(tasksOf({ tasks: [{ name: 'one' }] })).toEqual(['one']);
  });

  it.each([
    [{ apiVersion: 'tekton.dev/v1', kind: 'Task' }, 'holds a Task instead of a Pipeline'],
    [{ apiVersion: 'example.org/v1', kind: 'Pipeline' }, 'holds a Pipeline instead of a Pipeline of Tekton'],
    ['just text', 'holds a file instead of a Pipeline'],
    ['[]', 'holds a file instead of a Pipeline'],
  ])('is required: %j', (content, message) => {
    expect(read(content)).toEqual({ kind: 'refused', message });
  });

  it.each([
    ['in JSON of more than 256 KiB', 'x'.repeat(maxPipelineBytes.json + 1), 'it is larger than 256 KiB of JSON'],
    ['in YAML of more than 32 KiB', `a: ${'x'.repeat(maxPipelineBytes.yaml)}`, 'it is larger than 32 KiB of YAML'],
    ['with aliases', 'a: &a [b]\nc: *a\n', 'it is neither JSON nor YAML without aliases'],
    ['that cannot be parsed', '{"a": ', 'it is neither JSON nor YAML without aliases'],
    ['that is too deep', '['.repeat(30_000), 'it is neither JSON nor YAML without aliases'],
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
      { type: 'string' },
      'D',
    ];

    expect(paramsOf(params)).toEqual([
      { name: 'A', type: 'string', hasDefault: false },
      { name: 'B', type: 'string', hasDefault: true },
      { name: 'C', type: 'string', hasDefault: false, values: ['x', 'y'] },
    ]);
  });

  it('have the type of their default or properties, as Tekton sets it', () => {
    const params = [
      { name: 'A', default: ['x'] },
      { name: 'B', default: { x: 'y' } },
      { name: 'C', properties: { x: {} } },
      { name: 'D' },
    ];

    expect(paramsOf(params)).toMatchObject([
      { type: 'array' },
      { type: 'object' },
      { type: 'object' },
      { type: 'string' },
    ]);
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
