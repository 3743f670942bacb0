import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { loadConfig, unknownVariables } from '../../../src/config/config.ts';
import { violationsOf } from '../../../src/workflow-execution/policy.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { kubectl } from '../../support/product.ts';

const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
};
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const containerDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const ours = { ...aSpec().workflowRef, containerDigest };
const overlays = ['base', 'overlays/production'];

describe.each(overlays)('deploy/%s', (overlay) => {
  it('can be applied', async () => {
    await expect(
      kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '--dry-run=server', '-k', join(deploy, overlay)),
    ).resolves.toContain('configmap/workflow-execution-settings');
  });

  it('sets nothing but settings, and each as it has to be', async () => {
    const settings = await settingsOf(overlay);
    expect(unknownVariables(settings)).toEqual([]);
    expect(Object.keys(settings).filter((name) => !name.startsWith('WFE_'))).toEqual([]);
    expect(() => loadConfig(settings)).not.toThrow();
  });
});

it('the base lets everything run, as the service does that is told nothing', async () => {
  expect(loadConfig(await settingsOf('base'))).toEqual(loadConfig({}));
});

describe('production', () => {
  it.each([
    ['a pinned bundle of ours', aSpec({ workflowRef: ours }), []],
    ['a bundle that is not pinned', aSpec(), ['WFE_REQUIRE_DIGEST']],
    ['a foreign bundle', aSpec({ workflowRef: { ...ours, containerImage: 'evil/x' } }), ['WFE_ALLOWED_BUNDLES']],
    [
      'a ServiceAccount of its own choice',
      aSpec({ workflowRef: ours, executionConfig: { serviceAccountName: 'admin' } }),
      ['WFE_ALLOWED_SERVICE_ACCOUNTS'],
    ],
  ])('judges %s', async (_what, spec, broken) => {
    const policy = loadConfig(await settingsOf('overlays/production'));
    expect(violationsOf(spec, 'payment', policy).map(({ rule }) => rule)).toEqual(broken);
  });
});

/** What the ConfigMap of a rendered overlay says. */
async function settingsOf(overlay: string): Promise<Record<string, string>> {
  const rendered = parseAllDocuments(await kubectl(cluster, 'kustomize', join(deploy, overlay)));
  const objects = rendered.map((document) => document.toJS() as Rendered);
  const found = objects.filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'workflow-execution-settings',
  );
  expect(found).toHaveLength(1);
  return found[0]?.data ?? {};
}

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
}
