import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pinnedVersions } from '../cluster/versions.ts';
import { testedVersions } from './tested-versions.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'compatibility.md'), 'utf8');

it.each([{ name: 'pinned', ...pinnedVersions() }, ...testedVersions])(
  'docs/compatibility.md lists the $name versions',
  ({ kubernetes, tekton }) => {
    expect(page).toMatch(new RegExp(`^\\| ${kubernetes} +\\| ${tekton} +\\|`, 'm'));
  },
);
