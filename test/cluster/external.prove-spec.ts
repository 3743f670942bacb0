import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findNamedCluster } from './external.ts';

describe('KUBECONFIG', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'external-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('names no cluster when it is not set', async () => {
    await expect(findNamedCluster({ root }, 'tekton', {})).resolves.toBeUndefined();
  });

  it('is refused when its file does not exist', async () => {
    const env = { KUBECONFIG: '/nowhere/kubeconfig' };

    await expect(findNamedCluster({ root }, 'tekton', env)).rejects.toThrow(
      'KUBECONFIG names /nowhere/kubeconfig, and there is no such file.',
    );
  });

  it('names no cluster when left over from a local one that was taken down', async () => {
    const env = { KUBECONFIG: join(root, 'clusters', 'default', 'kubeconfig') };

    await expect(findNamedCluster({ root }, 'tekton', env)).resolves.toBeUndefined();
  });
});
