import { describe, expect, it } from '@jest/globals';
import { checkParams } from './check-params.ts';
import type { DeclaredParam } from './pipeline.ts';

function check(declared: Partial<DeclaredParam>, params: Record<string, string> = {}) {
  const param = { name: 'A', type: 'string', hasDefault: false, ...declared };
  return checkParams({ params: [param], workspaces: [], tasks: [] }, params);
}

describe('the parameters of an execution', () => {
  it.each<[string, Partial<DeclaredParam>, Record<string, string>]>([
    ['a value', {}, { A: 'x' }],
    ['an empty value', {}, { A: '' }],
    ['a default', { hasDefault: true }, {}],
    ['a default of another type', { hasDefault: true, type: 'array' }, {}],
    ['an allowed value', { values: ['x', 'y'] }, { A: 'y' }],
    ['an empty value beside allowed ones', { values: ['x', 'y'] }, { A: '' }],
  ])('fit a parameter with %s', (_, declared, params) => {
    expect(check(declared, params)).toEqual([]);
  });

  it.each<[Partial<DeclaredParam>, Record<string, string>, string]>([
    [{}, {}, 'is required by the workflow'],
    [{ type: 'array' }, { A: 'x' }, 'has type array in the workflow, but parameters of executions are strings'],
    [{ type: 'object' }, {}, 'is required by the workflow'],
    [{ values: ['x', 'y'] }, { A: 'z' }, 'must be one of x, y'],
  ])('do not fit %j with %j', (declared, params, message) => {
    expect(check(declared, params)).toEqual([{ name: 'A', kind: 'fails', message }]);
  });

  it('may be undeclared, except for the target, which is passed to every workflow', () => {
    const params = { A: 'x', a: 'x', TARGET_RESOURCE: 'payment/deployment/api' };

    expect(check({}, params)).toEqual([{ name: 'a', kind: 'undeclared', message: 'is not declared by the workflow' }]);
  });
});
