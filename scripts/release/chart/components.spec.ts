import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { components } from './components.ts';

it('the chart offers every component of deploy/', () => {
  const directory = join(import.meta.dirname, '..', '..', '..', 'deploy', 'components');
  expect([...components].toSorted()).toEqual(readdirSync(directory).toSorted());
});
