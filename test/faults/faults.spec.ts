import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { faults } from './catalogue/index.ts';
import { plant, type Fault } from './fault.ts';

const root = join(import.meta.dirname, '..', '..');

describe('a planted fault', () => {
  it.each(faults)('applies to the current product: $name', (fault) => {
    const source = readFileSync(join(root, fault.file), 'utf8');

    expect(plant(fault, source)).not.toBe(source);
    expect(fault.caughtBy.filter((spec) => !existsSync(join(root, spec)))).toEqual([]);
  });

  it.each(faults)('is caught by unit specs, which need no cluster: $name', ({ caughtBy }) => {
    expect(caughtBy.filter((spec) => !spec.endsWith('.spec.ts'))).toEqual([]);
  });

  it.each([
    ['does not occur', 'nothing'],
    ['occurs 2 times', 'find, find'],
  ])('is refused with its name when its text %s', (why, source) => {
    const fault: Fault = { name: 'a fault', file: 'a.ts', find: 'find', replace: '', caughtBy: ['a.spec.ts'] };

    expect(() => plant(fault, source)).toThrow(`"a fault" no longer applies: its text ${why} in a.ts`);
  });
});
