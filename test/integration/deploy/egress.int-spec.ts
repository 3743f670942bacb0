import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { arrayOf, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { dryRun } from './dry-run.ts';
import { kustomized } from './rendered.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cidrs = ['10.96.0.1/32', '192.0.2.10/32', '192.0.2.11/32', '192.0.2.12/32'];

/** Renders the kustomization in docs/install.md, with components. */
async function renderedAsDocumented(components: readonly string[]): Promise<JsonRecord[]> {
  const page = await readFile(join(root, 'docs/install.md'), 'utf8');
  const [, yaml] = /### Restrict egress to the API server\n[^]*?```yaml\n([^]*?)```/.exec(page) ?? [];
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-egress-'));
  const within = (path: string) => relative(directory, join(root, 'deploy', path));
  try {
    const kustomization = {
      ...recordOf(parse(yaml ?? '')),
      resources: [within('base')],
      components: components.map((name) => within(`components/${name}`)),
    };
    await writeFile(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await kustomized(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('NetworkPolicies with the documented patch', () => {
  it.each<[string, string[], number]>([
    ['the base', [], 2],
    ['one process', ['one-process'], 1],
    ['all that add egress', ['tracing', 'high-availability'], 2],
  ])('allow ports 443 and 6443 at the addresses of the API server only: %s', async (_, components, count) => {
    const objects = await renderedAsDocumented(components);

    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const egress = policies.flatMap(({ spec }) => arrayOf(recordOf(spec)['egress']).map(recordOf));
    const toApiServer = egress.filter(({ ports }) => JSON.stringify(ports ?? []).includes('443'));
    const to = cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    expect(toApiServer).toEqual(Array.from({ length: count }, () => ({ ports: [{ port: 443 }, { port: 6443 }], to })));
  });

  it('are valid to the API server', async () => {
    const policies = (await renderedAsDocumented([])).filter(({ kind }) => kind === 'NetworkPolicy');

    await expect(dryRun(policies)).resolves.toHaveLength(2);
  });
});
