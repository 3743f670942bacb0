import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { plant } from '../../faults/fault.ts';
import { defences } from './defences.ts';

const root = join(import.meta.dirname, '..', '..', '..');

it.each(defences)('can be removed from the current product: $name', ({ name, edit }) => {
  const source = readFileSync(join(root, edit.file), 'utf8');

  expect(plant({ name, ...edit }, source)).not.toBe(source);
});
