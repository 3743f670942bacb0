import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig, unknownVariables } from '../../../src/config/config.ts';
import { arrayOf, parseJson, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { otelEnvironment } from '../../../src/tracing/otel-environment.ts';
import { violationsOf } from '../../../src/workflow-execution/policy.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { alerts } from '../../prometheus/rules.ts';
import { dryRun } from './dry-run.ts';
import { kustomized, objectOf, podSpecOf, rendered, renderedWith, settingsIn, settingsOf } from './rendered.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const containerDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const ours = { ...aSpec().workflowRef, containerDigest };
const restricted = ['base', 'high-availability', 'cert-manager', 'monitoring', 'production'].map(pathOf);
const everywhere = [...restricted, 'overlays/local'];
/** Kinds of operators that the cluster of the tests does not have. */
const foreign = /^(cert-manager\.io|monitoring\.coreos\.com)\//;
const tracing = await renderedWith('tracing');

describe.each(everywhere)('deploy/%s', (overlay) => {
  it('is valid to the API server', async () => {
    const known = (await rendered(overlay)).filter(({ apiVersion }) => !foreign.test(String(apiVersion)));
    await expect(dryRun(known)).resolves.toContain('Deployment/workflow-execution');
  });

  it('has valid settings only', async () => {
    const settings = await settingsOf(overlay);
    expect(unknownVariables(settings)).toEqual([]);
    expect(Object.keys(settings).filter((name) => !name.startsWith('WFE_'))).toEqual([]);
    expect(() => loadConfig(settings)).not.toThrow();
  });

  it('reads the log level from an optional ConfigMap', async () => {
    const { logLevelFile } = loadConfig(await settingsOf(overlay));
    const { containers, volumes } = await podSpecOf(overlay);
    const mounts = arrayOf(recordOf(arrayOf(containers)[0])['volumeMounts']).map(recordOf);
    const mount = mounts.find(({ mountPath }) => `${String(mountPath)}/level` === logLevelFile);

    const configMap = expect.objectContaining({ name: 'workflow-execution-log', optional: true });
    expect(volumes).toContainEqual(expect.objectContaining({ name: mount?.['name'], configMap }));
  });

  it('has a longer termination grace period than WFE_SHUTDOWN_TIMEOUT', async () => {
    const { shutdownMs } = loadConfig(await settingsOf(overlay));
    const { terminationGracePeriodSeconds } = await podSpecOf(overlay);
    expect(Number(terminationGracePeriodSeconds) * 1000).toBeGreaterThan(shutdownMs);
  });
});

describe('a pod', () => {
  /** The pod of an overlay, whose PriorityClass is not on the cluster. */
  const podOf = async (overlay: string, over: JsonRecord = {}): Promise<JsonRecord> => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'admitted', namespace: 'kubernaut-system' } },
    spec: { ...(await podSpecOf(overlay)), priorityClassName: undefined, ...over },
  });

  it.each(restricted)('of deploy/%s is admitted by the restricted Pod Security Standard', async (overlay) => {
    await expect(dryRun([await podOf(overlay)])).resolves.toEqual(['Pod/admitted']);
  });

  it.each<[string, JsonRecord, string]>([
    ['the host network', { hostNetwork: true }, 'violates PodSecurity "restricted:latest"'],
    ['an unknown field', { colour: 'red' }, 'field not declared in schema'],
  ])('with %s is not', async (_what, over, message) => {
    await expect(dryRun([await podOf('base', over)])).rejects.toThrow(message);
  });
});

it('the base has the default settings, apart from those of a pod', async () => {
  const ofThePod = ['WFE_HTTP_ADDRESS', 'WFE_GRPC_ADDRESS', 'WFE_PLAINTEXT', 'WFE_LOG_LEVEL_FILE'];
  const settings = Object.entries(await settingsOf('base'));
  const policy = Object.fromEntries(settings.filter(([name]) => !ofThePod.includes(name)));
  expect(loadConfig(policy)).toEqual(loadConfig({}));
});

it.each(['overlays/cert-manager', 'overlays/production'])(
  '%s serves TLS with the certificate that it mounts',
  async (overlay) => {
    const { plaintext, tlsCertFile } = loadConfig(await settingsOf(overlay));
    const objects = await rendered(overlay);
    const { secretName } = recordOf(objectOf(objects, 'Certificate', 'workflow-execution')['spec']);
    const { containers, volumes } = await podSpecOf(overlay);
    const mounts = arrayOf(recordOf(arrayOf(containers)[0])['volumeMounts']).map(recordOf);
    const mount = mounts.find(({ mountPath }) => `${String(mountPath)}/tls.crt` === tlsCertFile);

    expect(plaintext).toBe(false);
    expect(volumes).toContainEqual(
      expect.objectContaining({ name: mount?.['name'], secret: expect.objectContaining({ secretName }) }),
    );
  },
);

describe('production', () => {
  it.each([
    ['an allowed, pinned bundle', aSpec({ workflowRef: ours }), []],
    ['a bundle without a digest', aSpec(), ['WFE_REQUIRE_DIGEST']],
    [
      'a bundle of another registry',
      aSpec({ workflowRef: { ...ours, containerImage: 'evil/x' } }),
      ['WFE_ALLOWED_BUNDLES'],
    ],
    [
      'another ServiceAccount',
      aSpec({ workflowRef: ours, executionConfig: { serviceAccountName: 'admin' } }),
      ['WFE_ALLOWED_SERVICE_ACCOUNTS'],
    ],
  ])('checks %s against its policy', async (_what, spec, broken) => {
    const policy = loadConfig(await settingsOf('overlays/production'));
    expect(violationsOf(spec, 'payment', policy).map(({ rule }) => rule)).toEqual(broken);
  });
});

describe('monitoring', () => {
  /** The runbook URLs of the alerts among the objects. */
  const runbooksOf = (objects: readonly JsonRecord[]): unknown[] => {
    const { spec } = objectOf(objects, 'PrometheusRule', 'workflow-execution');
    const rules = arrayOf(recordOf(spec)['groups']).flatMap((group) => arrayOf(recordOf(group)['rules']));
    return rules.map((rule) => recordOf(recordOf(rule)['annotations'])['runbook_url']);
  };

  it.each(['overlays/monitoring', 'overlays/production'])(
    '%s has every alert, and a dashboard that the Grafana sidecar finds',
    async (overlay) => {
      const objects = await rendered(overlay);
      const { data, metadata } = objectOf(objects, 'ConfigMap', 'workflow-execution-dashboard');

      expect(runbooksOf(objects)).toEqual(alerts.map(({ runbook }) => runbook));
      expect(recordOf(recordOf(metadata)['labels'])['grafana_dashboard']).toBe('1');
      const { uid } = recordOf(parseJson(String(recordOf(data)['workflow-execution.json'])));
      expect(uid).toBe('workflow-execution');
    },
  );

  it('has its runbooks elsewhere with the kustomization in docs/alerts.md', async () => {
    const page = await readFile(join(root, 'docs', 'alerts.md'), 'utf8');
    const shown = /```yaml\n(?<yaml>apiVersion: kustomize[^]*?)```/.exec(page)?.groups?.['yaml'] ?? '';
    const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-runbooks-'));
    const file = shown.replace('workflow-execution/deploy', relative(directory, join(root, 'deploy')));
    await writeFile(join(directory, 'kustomization.yaml'), file);

    const objects = await kustomized(directory);
    await rm(directory, { recursive: true });

    expect(runbooksOf(objects)).toEqual(
      alerts.map(({ runbook }) => `https://git.example/kubernaut/blob/main/${runbook}`),
    );
  });
});

describe('components/tracing', () => {
  const networkPolicy = (name: string) => recordOf(objectOf(tracing, 'NetworkPolicy', name)['spec']);

  it('is valid to the API server with the base', async () => {
    await expect(dryRun(tracing)).resolves.toContain('NetworkPolicy/workflow-execution-tracing');
  });

  it('turns tracing on', () => {
    expect(otelEnvironment(settingsIn(tracing))).toMatchObject({ protocol: 'http/protobuf', ignored: [] });
  });

  it('allows traffic from the pods of the service to the collector that it names, over either protocol', () => {
    const { hostname, port } = new URL(settingsIn(tracing)['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
    const { egress, podSelector } = networkPolicy('workflow-execution-tracing');
    const [first] = arrayOf(egress).map(recordOf);
    const ports = arrayOf(first?.['ports']).map((allowed) => recordOf(allowed)['port']);

    const [, namespace] = hostname.split('.');
    const matchLabels = { 'kubernetes.io/metadata.name': namespace };
    expect(podSelector).toEqual(networkPolicy('workflow-execution')['podSelector']);
    expect(first?.['to']).toEqual([{ namespaceSelector: { matchLabels } }]);
    expect(ports).toEqual([4317, 4318]);
    expect(ports).toContain(Number(port));
  });
});

function pathOf(name: string): string {
  return name === 'base' ? name : `overlays/${name}`;
}
