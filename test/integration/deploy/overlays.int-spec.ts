import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig, unknownVariables } from '../../../src/config/config.ts';
import { arrayOf, parseJson, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { otelEnvironment } from '../../../src/tracing/export-traces.ts';
import { policyViolations } from '../../../src/workflow-execution/policy.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { alerts } from '../../prometheus/rules.ts';
import { dryRun } from './dry-run.ts';
import {
  type Role,
  containerIn,
  kustomized,
  objectOf,
  podSpecIn,
  rendered,
  renderedWith,
  roles,
  settingsIn,
} from './rendered.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const containerDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const ours = { ...aSpec().workflowRef, containerDigest };
const everywhere = ['base', 'overlays/production'];
/** Of all time series in alerts and dashboard. */
const job = 'workflow-execution';
/** Kinds of operators that the cluster of the tests does not have. */
const foreign = /^(cert-manager\.io|monitoring\.coreos\.com)\//;
const tracing = await renderedWith('tracing');

it.each(everywhere)('deploy/%s is valid to the API server', async (overlay) => {
  const known = (await rendered(overlay)).filter(({ apiVersion }) => !foreign.test(String(apiVersion)));
  const deployments = roles.map((role) => `Deployment/workflow-execution-${role}`);
  await expect(dryRun(known)).resolves.toEqual(expect.arrayContaining(deployments));
});

describe.each(everywhere.flatMap((overlay) => roles.map((role) => [overlay, role] as const)))(
  'deploy/%s, %s',
  (overlay, role) => {
    it('has valid settings only, and runs that role', async () => {
      const settings = settingsIn(await rendered(overlay), role);
      expect(unknownVariables(settings)).toEqual([]);
      expect(Object.keys(settings).filter((name) => !name.startsWith('WFE_'))).toEqual([]);
      expect(loadConfig(settings).roles).toEqual([role]);
    });

    it('opens the ports of its role, and is probed on the health port', async () => {
      const { ports, startupProbe, livenessProbe, readinessProbe } = containerIn(await rendered(overlay), role);
      const config = loadConfig(settingsIn(await rendered(overlay), role));
      const names =
        role === 'api' ? (['http', 'grpc', 'health', 'metrics'] as const) : (['health', 'metrics'] as const);

      const declared = arrayOf(ports).map(recordOf);
      expect(declared).toEqual(names.map((name) => ({ name, containerPort: config[name].port })));
      const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => recordOf(recordOf(probe)['httpGet']));
      expect(probes.map(({ port, path }) => `${String(port)} ${String(path)}`)).toEqual([
        'health /livez',
        'health /livez',
        'health /readyz',
      ]);
    });

    it('has a longer termination grace period than WFE_SHUTDOWN_TIMEOUT', async () => {
      const { shutdownMs } = loadConfig(settingsIn(await rendered(overlay), role));
      const { terminationGracePeriodSeconds } = podSpecIn(await rendered(overlay), role);
      expect(Number(terminationGracePeriodSeconds) * 1000).toBeGreaterThan(shutdownMs);
    });
  },
);

describe('the pods of a role', () => {
  const selected = (role: Role) => ({
    'app.kubernetes.io/name': 'workflow-execution',
    'app.kubernetes.io/component': role,
  });
  const specOf = async (kind: string, name: string) => recordOf(objectOf(await rendered('base'), kind, name)['spec']);

  it.each(roles)('are those that the objects of the %s select', async (role) => {
    const name = `workflow-execution-${role}`;
    const { template, selector } = await specOf('Deployment', name);
    const budget = await specOf('PodDisruptionBudget', name);
    const network = await specOf('NetworkPolicy', name);
    const service = await specOf('Service', role === 'api' ? 'workflow-execution' : name);

    expect(recordOf(recordOf(template)['metadata'])['labels']).toMatchObject(selected(role));
    const selectors = [selector, budget['selector'], network['podSelector']];
    expect(selectors).toEqual(selectors.map(() => ({ matchLabels: selected(role) })));
    expect(service['selector']).toEqual(selected(role));
    expect(podSpecIn(await rendered('base'), role)['serviceAccountName']).toBe(name);
  });

  it('reach data storage, with its token, from the controller only', async () => {
    const reach = async (role: Role) => {
      const { egress } = await specOf('NetworkPolicy', `workflow-execution-${role}`);
      const { volumes } = podSpecIn(await rendered('base'), role);
      return [JSON.stringify(egress).includes('datastorage'), JSON.stringify(volumes ?? []).includes('data-storage')];
    };
    await expect(reach('api')).resolves.toEqual([false, false]);
    await expect(reach('controller')).resolves.toEqual([true, true]);
  });
});

describe('components/one-process', () => {
  it('is valid with the base, and leaves one Deployment with both roles', async () => {
    const objects = await renderedWith('one-process');
    const names = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => recordOf(metadata)['name']);

    await expect(dryRun(objects)).resolves.toContain('ServiceAccount/workflow-execution');
    expect(names).toEqual(['workflow-execution-api']);
    expect(loadConfig(settingsIn(objects, 'api')).roles).toEqual(['api', 'controller']);
    expect(podSpecIn(objects, 'api')['serviceAccountName']).toBe('workflow-execution');
    const egress = JSON.stringify(objectOf(objects, 'NetworkPolicy', 'workflow-execution-api'));
    expect(egress).toContain('datastorage');
  });

  it('binds roles only to its own ServiceAccounts', async () => {
    const objects = await renderedWith('one-process');
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => recordOf(metadata));
    const subjects = objects.flatMap(({ subjects = [] }) => arrayOf(subjects).map(recordOf));

    expect(subjects).not.toEqual([]);
    const known = accounts.map(({ namespace, name }) => expect.objectContaining({ namespace, name }));
    for (const subject of subjects) expect(known).toContainEqual(subject);
  });
});

describe('a pod', () => {
  /** The pod of an overlay, whose PriorityClass is not on the cluster. */
  const podOf = async (overlay: string, role: Role, over: JsonRecord = {}): Promise<JsonRecord> => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `admitted-${role}`, namespace: 'kubernaut-system' } },
    spec: { ...podSpecIn(await rendered(overlay), role), priorityClassName: undefined, ...over },
  });

  it.each(everywhere)('of deploy/%s is admitted by the restricted Pod Security Standard', async (overlay) => {
    const pods = await Promise.all(roles.map((role) => podOf(overlay, role)));
    await expect(dryRun(pods)).resolves.toEqual(['Pod/admitted-api', 'Pod/admitted-controller']);
  });

  it.each<[string, JsonRecord, string]>([
    ['the host network', { hostNetwork: true }, 'violates PodSecurity "restricted:latest"'],
    ['an unknown field', { colour: 'red' }, 'field not declared in schema'],
  ])('with %s is not', async (_what, over, message) => {
    await expect(dryRun([await podOf('base', 'api', over)])).rejects.toThrow(message);
  });
});

it.each(roles)(
  'the base has the default settings for the %s, apart from those of a pod and the ServiceAccounts of workflows',
  async (role) => {
    const ofThePod = ['WFE_ROLES', 'WFE_HTTP_ADDRESS', 'WFE_GRPC_ADDRESS', 'WFE_PLAINTEXT'];
    const settings = Object.entries(settingsIn(await rendered('base'), role));
    const policy = Object.fromEntries(settings.filter(([name]) => !ofThePod.includes(name)));
    const ours = { WFE_ALLOWED_SERVICE_ACCOUNTS: '*:workflow-execution-sa' };
    expect(loadConfig(policy)).toEqual(loadConfig(ours));
  },
);

describe('production', () => {
  it('serves TLS with the certificate that it mounts', async () => {
    const objects = await rendered('overlays/production');
    const { plaintext, tlsCertFile } = loadConfig(settingsIn(objects, 'api'));
    const { secretName } = recordOf(objectOf(objects, 'Certificate', 'workflow-execution')['spec']);
    const { volumes } = podSpecIn(objects, 'api');
    const mounts = arrayOf(containerIn(objects, 'api')['volumeMounts']).map(recordOf);
    const mount = mounts.find(({ mountPath }) => `${String(mountPath)}/tls.crt` === tlsCertFile);

    expect(plaintext).toBe(false);
    expect(volumes).toContainEqual(
      expect.objectContaining({ name: mount?.['name'], secret: expect.objectContaining({ secretName }) }),
    );
  });

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
  ])('checks %s against the same policy in both roles', async (_what, spec, broken) => {
    for (const role of roles) {
      const policy = loadConfig(settingsIn(await rendered('overlays/production'), role));
      expect(policyViolations(spec, 'payment', policy).map(({ rule }) => rule)).toEqual(broken);
    }
  });
});

describe('monitoring', () => {
  /** The runbook URLs of the alerts among the objects. */
  const runbooksOf = (objects: readonly JsonRecord[]): unknown[] => {
    const { spec } = objectOf(objects, 'PrometheusRule', 'workflow-execution');
    const rules = arrayOf(recordOf(spec)['groups']).flatMap((group) => arrayOf(recordOf(group)['rules']));
    return rules.map((rule) => recordOf(recordOf(rule)['annotations'])['runbook_url']);
  };

  it('has every alert, and a dashboard that the Grafana sidecar finds', async () => {
    const objects = await rendered('overlays/production');
    const { data, metadata } = objectOf(objects, 'ConfigMap', 'workflow-execution-dashboard');

    expect(runbooksOf(objects)).toEqual(alerts.map(({ runbook }) => runbook));
    expect(recordOf(recordOf(metadata)['labels'])['grafana_dashboard']).toBe('1');
    const { uid } = recordOf(parseJson(String(recordOf(data)['workflow-execution.json'])));
    expect(uid).toBe('workflow-execution');
  });

  it('scrapes both roles with the job label of the alerts', async () => {
    const objects = await renderedWith('monitoring');
    const { selector, jobLabel } = recordOf(objectOf(objects, 'ServiceMonitor', 'workflow-execution')['spec']);
    const wanted = Object.entries(recordOf(recordOf(selector)['matchLabels']));
    const labelsOf = ({ metadata }: JsonRecord) => recordOf(recordOf(metadata)['labels']);
    const services = objects.filter(
      (object) => object['kind'] === 'Service' && wanted.every(([key, value]) => labelsOf(object)[key] === value),
    );

    expect(services.map(({ metadata }) => recordOf(metadata)['name'])).toEqual([
      'workflow-execution',
      'workflow-execution-controller',
    ]);
    expect(services.map((service) => labelsOf(service)[String(jobLabel)])).toEqual([job, job]);
    const ports = services.map(({ spec }) => arrayOf(recordOf(spec)['ports']).map((port) => recordOf(port)['name']));
    expect(ports).toEqual([expect.arrayContaining(['metrics']), ['metrics']]);
  });

  it('links to other runbooks with the kustomization in docs/alerts.md', async () => {
    const page = await readFile(join(root, 'docs', 'alerts.md'), 'utf8');
    const shown = /```yaml\n(?<yaml>apiVersion: kustomize[^]*?)```/.exec(page)?.groups?.['yaml'] ?? '';
    const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-runbooks-'));
    const file = shown.replaceAll('workflow-execution/deploy', relative(directory, join(root, 'deploy')));
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

  it.each(roles)('turns tracing on for the %s', (role) => {
    expect(otelEnvironment(settingsIn(tracing, role))).toMatchObject({ protocol: 'http/protobuf', invalid: [] });
  });

  it('allows traffic from the pods of the service to the collector that it names, over either protocol', () => {
    const { hostname, port } = new URL(settingsIn(tracing, 'api')['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
    const { egress, podSelector } = networkPolicy('workflow-execution-tracing');
    const [first] = arrayOf(egress).map(recordOf);
    const ports = arrayOf(first?.['ports']).map((allowed) => recordOf(allowed)['port']);

    const [, namespace] = hostname.split('.');
    const matchLabels = { 'kubernetes.io/metadata.name': namespace };
    expect(podSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'workflow-execution' } });
    expect(first?.['to']).toEqual([{ namespaceSelector: { matchLabels } }]);
    expect(ports).toEqual([4317, 4318]);
    expect(ports).toContain(Number(port));
  });
});
