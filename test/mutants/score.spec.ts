import { describe, expect, it } from '@jest/globals';
import { oneLine, percentOf, scoreOf, type TestedMutant } from './score.ts';

const aMutant = (file: string, status: string, replacement = 'false'): TestedMutant => ({
  ...{
    file,
    status,
    replacement,
    line: 1,
    column: 1,
    mutator: 'ConditionalExpression',
    code: 'if (a > b) {',
    original: 'a > b',
  },
});
const equivalent = { file: 'a.ts', code: 'if (a > b) {', original: 'a > b', replacement: 'true', reason: 'never less' };

describe('the score of mutation testing', () => {
  it('counts uncovered mutants as survived, and timeouts as killed', () => {
    const statuses = [
      'Killed',
      'Killed',
      'Timeout',
      'Survived',
      'NoCoverage',
      'Ignored',
      'CompileError',
      'RuntimeError',
    ];
    const { percent, files, survivors } = scoreOf(
      statuses.map((status) => aMutant('a.ts', status)),
      [],
    );
    expect(percent).toBe(60);
    expect(files).toEqual([{ file: 'a.ts', killed: 3, survived: 2, equivalent: 0 }]);
    expect(survivors.map(({ status }) => status)).toEqual(['Survived', 'NoCoverage']);
  });

  it('excludes mutants listed as equivalent, in their file only', () => {
    const mutants = ['a.ts', 'b.ts'].map((file) => aMutant(file, 'Survived', 'true'));
    const { files, survivors, outdated } = scoreOf([...mutants, aMutant('a.ts', 'Killed')], [equivalent]);
    expect(files).toEqual([
      { file: 'a.ts', killed: 1, survived: 0, equivalent: 1 },
      { file: 'b.ts', killed: 0, survived: 1, equivalent: 0 },
    ]);
    expect([survivors, outdated]).toEqual([[mutants[1]], []]);
    const elsewhere = { ...aMutant('a.ts', 'Survived', 'true'), code: 'while (a > b) {' };
    expect(scoreOf([elsewhere], [equivalent]).survivors).toEqual([elsewhere]);
  });

  it('reports killed mutants that are listed as equivalent, for tested files', () => {
    expect(scoreOf([aMutant('a.ts', 'Killed', 'true')], [equivalent]).outdated).toEqual([equivalent]);
    expect(scoreOf([aMutant('b.ts', 'Killed', 'true')], [equivalent]).outdated).toEqual([]);
  });

  it('is 100 without mutants', () => {
    expect([percentOf(0, 0), percentOf(19, 1), scoreOf([], []).percent]).toEqual([100, 95, 100]);
  });
});

it('compares code in one line', () => {
  expect(oneLine('a >\n    b ')).toBe('a > b');
});
