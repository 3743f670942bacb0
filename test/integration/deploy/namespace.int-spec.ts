import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { recordOf } from '../../../src/kubernetes/json.ts';
import { kustomized, objectOf, roles } from './rendered.ts';

const root = join(import.meta.dirname, '..', '..', '..');

it('an installation in another namespace, as in docs/install.md, keeps its Role in kube-system', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-namespace-'));
  try {
    const inner = join(directory, 'remediation');
    await mkdir(inner);
    const base = { namespace: 'remediation', resources: [relative(inner, join(root, 'deploy/base'))] };
    await writeFile(join(inner, 'kustomization.yaml'), JSON.stringify(base));
    await writeFile(join(directory, 'kustomization.yaml'), await documented());

    const objects = await kustomized(directory);

    const serviceAccount = { kind: 'ServiceAccount', name: 'workflow-execution-controller', namespace: 'remediation' };
    const { metadata, subjects } = objectOf(objects, 'RoleBinding', 'workflow-execution-installation');
    expect([metadata, subjects]).toMatchObject([{ namespace: 'kube-system' }, [serviceAccount]]);
    const role = objectOf(objects, 'Role', 'workflow-execution-installation');
    expect(role['metadata']).toMatchObject({ namespace: 'kube-system' });
    for (const name of roles.map((one) => `workflow-execution-${one}`)) {
      expect(objectOf(objects, 'Deployment', name)['metadata']).toMatchObject({ namespace: 'remediation' });
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** The kustomization in the section about other namespaces. */
async function documented(): Promise<string> {
  const page = await readFile(join(root, 'docs/install.md'), 'utf8');
  const [, yaml = ''] = /### In another namespace\n[^]*?```yaml\n([^]*?)```/.exec(page) ?? [];
  expect(recordOf(parse(yaml))['resources']).toEqual(['remediation']);
  return yaml;
}
