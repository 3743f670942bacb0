import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';

const sources = new Set(globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '..') }));
const specs = [...sources].filter((file) => file.endsWith('.spec.ts'));

/** The names before each dot: of `target.steps.restore.spec.ts` target, target.steps and target.steps.restore. */
function prefixesOf(spec: string): readonly string[] {
  const parts = basename(spec, '.spec.ts').split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

it('each spec in src/ is next to its source and has its name, as x.spec.ts or x.TOPIC.spec.ts next to x.ts', () => {
  const stray = specs.filter((spec) => {
    const names = prefixesOf(spec).flatMap((prefix) => [`${prefix}.ts`, `${prefix}.builders.ts`]);
    return !names.some((name) => sources.has(join(dirname(spec), name)));
  });

  expect(specs.length).toBeGreaterThan(100);
  expect(stray).toEqual([]);
});
