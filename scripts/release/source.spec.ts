import { expect, it } from '@jest/globals';
import { run } from './run.ts';

it('a release in release/ of the checkout is not a change of it', async () => {
  const cwd = `${import.meta.dirname}/../..`;
  await expect(run('git', ['check-ignore', 'release/image/index.json'], { cwd })).resolves.toContain('release/');
});
