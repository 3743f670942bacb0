import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { arrayOf, parseJson, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { kubectl } from '../../support/product.ts';
import { cluster, objectOf, rendered } from '../deploy/rendered.ts';
import { alerts } from '../../prometheus/rules.ts';

const root = join(import.meta.dirname, '..', '..', '..');

it.each(['monitoring', 'production'])('%s has a dashboard where the sidecar of Grafana finds it', async (overlay) => {
  const dashboard = objectOf(await rendered(`overlays/${overlay}`), 'ConfigMap', 'workflow-execution-dashboard');

  expect(recordOf(recordOf(dashboard['metadata'])['labels'])['grafana_dashboard']).toBe('1');
  const { uid } = recordOf(parseJson(String(recordOf(dashboard['data'])['workflow-execution.json'])));
  expect(uid).toBe('workflow-execution');
});

it.each(['monitoring', 'production'])('%s has every alert', async (overlay) => {
  expect(runbooksOf(await rendered(`overlays/${overlay}`))).toEqual(alerts.map(({ runbook }) => runbook));
});

it('runbooks are found elsewhere with the kustomization that docs/alerts.md shows', async () => {
  const page = await readFile(join(root, 'docs', 'alerts.md'), 'utf8');
  const shown = /```yaml\n(?<yaml>apiVersion: kustomize[^]*?)```/.exec(page)?.groups?.['yaml'] ?? '';
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-runbooks-'));
  try {
    const file = shown.replace('workflow-execution/deploy', relative(directory, join(root, 'deploy')));
    await writeFile(join(directory, 'kustomization.yaml'), file);
    const text = await kubectl(cluster, 'kustomize', directory);
    const objects = parseAllDocuments(text).map((document) => recordOf(document.toJS()));

    expect(runbooksOf(objects)).toEqual(
      alerts.map(({ runbook }) => `https://git.example/kubernaut/blob/main/${runbook}`),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Where the alerts among the objects say that their runbooks are. */
function runbooksOf(objects: readonly JsonRecord[]): unknown[] {
  const { spec } = objectOf(objects, 'PrometheusRule', 'workflow-execution');
  const rules = arrayOf(recordOf(spec)['groups']).flatMap((group) => arrayOf(recordOf(group)['rules']));
  return rules.map((rule) => recordOf(recordOf(rule)['annotations'])['runbook_url']);
}
