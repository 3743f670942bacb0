import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decisionCode, excludedSpecs } from './decision-code.ts';
import { equivalentMutants } from './equivalent.ts';
import { oneLine } from './score.ts';

const root = join(import.meta.dirname, '..', '..');
const filesOf = (pattern: string) => globSync(pattern.replace(/^!/, ''), { cwd: root });
const [excluded, included] = [true, false].map((isExcluded) =>
  decisionCode.filter((pattern) => pattern.startsWith('!') === isExcluded).flatMap(filesOf),
);
const mutated = new Set(included).difference(new Set(excluded));

describe('the lists of mutation testing', () => {
  it.each([...decisionCode, ...excludedSpecs])('name files that exist: %s', (pattern) => {
    expect(filesOf(pattern)).not.toEqual([]);
  });

  it.each(equivalentMutants)(
    'have equivalent mutants of lines that exist: $file: $code',
    ({ file, code, original }) => {
      expect([...mutated]).toContain(file);
      const lines = readFileSync(join(root, file), 'utf8').split('\n').map(oneLine);

      expect(lines).toContain(code);
      expect(code).toContain(original);
    },
  );
});
