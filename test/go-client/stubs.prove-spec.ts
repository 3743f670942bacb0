import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { generateGoStubs } from '../../scripts/generate/go-stubs.ts';

// Compiling the plugins, the first time on a machine.
jest.setTimeout(300_000);

const root = join(import.meta.dirname, '..', '..');

it('the stubs of the Go client are what the plugins generate', () => {
  const generated = generateGoStubs({ check: false, always: true });

  const committed = Object.keys(generated).map((path) => [path, readFileSync(join(root, path), 'utf8')]);
  expect(Object.fromEntries(committed)).toEqual(generated);
});
