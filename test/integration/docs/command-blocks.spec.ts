import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blocksOf, commandBlocks } from './command-blocks.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const blocks = await commandBlocks();

describe('a block of commands', () => {
  it.each(blocks.map(({ place, runner }) => ({ place, runner })))('at $place names its runner', ({ runner }) => {
    expect(runner.kind).not.toBe('nobody');
    if (runner.kind === 'tested-by') expect(existsSync(join(root, runner.path))).toBe(true);
  });

  it('has its page, its line and its runner', () => {
    const text = '# Page\n\n```sh run\nkubectl get wfe\n```\n\n```sh\nls\n```\n\n```json\n{}\n```\n';
    expect(blocksOf('page.md', text)).toEqual([
      { place: 'page.md:3', page: 'page.md', commands: 'kubectl get wfe\n', runner: { kind: 'run' } },
      { place: 'page.md:7', page: 'page.md', commands: 'ls\n', runner: { kind: 'nobody' } },
    ]);
  });
});
