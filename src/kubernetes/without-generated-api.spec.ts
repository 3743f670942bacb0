import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { printedBy } from './own-process.builders.ts';

const hook = join(import.meta.dirname, 'without-generated-api.ts');

describe('KubeConfig without the generated APIs', () => {
  it('reads a kubeconfig, and says so when somebody wants a generated client of it', () => {
    const output = printedBy(`
      import { withoutGeneratedApi } from ${JSON.stringify(hook)};
      withoutGeneratedApi();
      const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
      const config = new KubeConfig();
      config.loadFromClusterAndUser({ name: 'c', server: 'http://127.0.0.1:1' }, { name: 'u' });
      console.log(config.getCurrentCluster().server);
      try { config.makeApiClient(class {}); } catch (error) { console.log(error.message); }
    `);

    expect(output).toBe('http://127.0.0.1:1\nthe generated APIs of @kubernetes/client-node are not loaded\n');
  });
});
