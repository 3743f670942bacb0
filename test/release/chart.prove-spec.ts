import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chartFiles } from '../../scripts/release/chart/chart.ts';
import { components, valueKey, type Component } from '../../scripts/release/chart/components.ts';
import { imageName, kustomize, objectsOf, renderings } from '../../scripts/release/kustomize.ts';
import { recordOf, type JsonRecord } from '../../src/kubernetes/json.ts';
import { Helm } from './helm.ts';

const kubectl = process.env['WFE_TEST_KUBECTL'] ?? 'kubectl';
const image = { repository: imageName, digest: `sha256:${'0123456789abcdef'.repeat(4)}` };
const crdName = 'workflowexecutions.workflowexecution.kubernaut.ai';
/** Milliseconds for a first build of Helm on two busy cores. */
const patience = 900_000;

/** Components whose manifests cannot be combined (docs/install.md). */
const isConflict = (some: readonly Component[]) => some.includes('kubernaut') && some.includes('one-process');
const pairs = components.flatMap((first, index) =>
  components
    .slice(index + 1)
    .map((second) => [first, second])
    .filter((pair) => !isConflict(pair)),
);
const combinations: readonly (readonly Component[])[] = [
  [],
  ...components.map((component) => [component]),
  ...pairs,
  components.filter((component) => component !== 'one-process'),
  components.filter((component) => component !== 'kubernaut'),
];

describe('the Helm chart', () => {
  let directory: string;
  let chart: string;
  let helm: Helm;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'workflow-execution-chart-'));
    chart = join(directory, 'workflow-execution');
    helm = await Helm.in(join(directory, 'home'));
    const source = { version: '1.2.3', description: 'Runs workflows', image, rendering: await renderings(kubectl) };
    for (const [path, content] of chartFiles(source)) {
      mkdirSync(dirname(join(chart, path)), { recursive: true });
      writeFileSync(join(chart, path), content);
    }
  }, patience);

  afterAll(() => rmSync(directory, { recursive: true }));

  /** The objects of the chart with values. */
  async function templated(values: object, namespace = 'kubernaut-system'): Promise<JsonRecord[]> {
    const file = join(directory, 'values.yaml');
    writeFileSync(file, JSON.stringify(values));
    return objectsOf(await helm.run('template', 'any-name', chart, '--namespace', namespace, '--values', file));
  }

  const find = (objects: readonly JsonRecord[], kind: string, name: string) =>
    objects.find((object) => object['kind'] === kind && recordOf(object['metadata'])['name'] === name);

  it('passes helm lint', async () => {
    await expect(helm.run('lint', '--strict', chart)).resolves.toContain('0 chart(s) failed');
  });

  it.each(combinations.map((some) => [some.join(', ') || 'nothing', some] as const))(
    'renders what kustomize renders with %s',
    async (_, some) => {
      const enabled = Object.fromEntries(some.map((component) => [valueKey(component), { enabled: true }]));
      const wholeInstallation = { namespace: { create: true }, crds: { keep: false } };

      const objects = await templated({ ...enabled, ...wholeInstallation });

      const expected = objectsOf(await kustomize(kubectl, { components: some, image }));
      expect(byIdentity(objects)).toEqual(byIdentity(expected));
    },
  );

  it('takes its values', async () => {
    const resources = { limits: { memory: '2Gi' } };
    const objects = await templated(
      {
        image: { repository: 'registry.example/wfe', digest: '', tag: 'v1', pullSecrets: [{ name: 'pull' }] },
        api: { replicas: 5, resources },
        controller: { replicas: 1 },
        highAvailability: { enabled: true },
        settings: { WFE_COOLDOWN: '1m', WFE_PLAINTEXT: 'false' },
        dataStorage: { url: 'https://storage.audit.svc', namespace: 'audit' },
        tls: { enabled: true, secretName: 'own-tls' },
        monitoring: { enabled: true, namespace: 'prometheus' },
        tracing: { enabled: true, namespace: 'otel', endpoint: 'http://otel:4318' },
      },
      'remediation',
    );

    const api = find(objects, 'Deployment', 'workflow-execution-api');
    const container = { image: 'registry.example/wfe:v1', resources };
    const podSpec = { containers: [container], imagePullSecrets: [{ name: 'pull' }] };
    const volumes = [{ name: 'tls', secret: { secretName: 'own-tls' } }];
    expect(api).toMatchObject({
      metadata: { namespace: 'remediation' },
      spec: { replicas: 5, template: { spec: { ...podSpec, volumes } } },
    });
    expect(find(objects, 'Deployment', 'workflow-execution-controller')).toMatchObject({ spec: { replicas: 1 } });
    expect(find(objects, 'ConfigMap', 'workflow-execution-settings')).toMatchObject({
      data: {
        WFE_COOLDOWN: '1m',
        WFE_PLAINTEXT: 'false',
        WFE_GRPC_ADDRESS: '0.0.0.0:50051',
        WFE_DATA_STORAGE_URL: 'https://storage.audit.svc',
        WFE_DATA_STORAGE_TOKEN_FILE: '/var/run/secrets/kubernaut.ai/data-storage/token',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      },
    });
    const peersOf = (name: string) => JSON.stringify(find(objects, 'NetworkPolicy', name)?.['spec']);
    expect(peersOf('workflow-execution-controller')).toContain('"kubernetes.io/metadata.name":"audit"');
    expect(peersOf('workflow-execution-metrics')).toContain('"kubernetes.io/metadata.name":"prometheus"');
    expect(peersOf('workflow-execution-tracing')).toContain('"kubernetes.io/metadata.name":"otel"');
  });

  it.each([
    ['two Deployments', {}, 'workflow-execution-installation'],
    ['one process', { oneProcess: { enabled: true } }, 'workflow-execution-installation-one-process'],
  ])('is installed in any namespace as %s, with the Role of its Lease in kube-system', async (_, values, binding) => {
    const objects = await templated({ ...values, dataStorage: { namespace: 'audit' } }, 'remediation');

    const inKubeSystem = { metadata: { namespace: 'kube-system' } };
    expect(find(objects, 'Role', 'workflow-execution-installation')).toMatchObject(inKubeSystem);
    expect(find(objects, 'RoleBinding', binding)).toMatchObject({
      ...inKubeSystem,
      subjects: [{ namespace: 'remediation' }],
    });
    expect(JSON.stringify(objects)).not.toContain('kubernaut-system');
  });

  it('leaves the Namespace to Helm, and the CRD when it is uninstalled', async () => {
    const objects = await templated({});
    expect(objects.filter(({ kind }) => kind === 'Namespace')).toEqual([]);
    expect(find(objects, 'CustomResourceDefinition', crdName)).toMatchObject({
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
  });

  it('leaves out policies and the CRD on request', async () => {
    const disabled = { enabled: false };
    const objects = await templated({ networkPolicy: disabled, admissionPolicies: disabled, crds: disabled });
    const kinds = new Set(objects.map(({ kind }) => String(kind)));
    expect([...kinds].filter((kind) => /Policy|CustomResource/.test(kind))).toEqual([]);
  });

  it.each(components)('does without the values of %s, as those of an older chart do', async (component) => {
    const objects = await templated({});
    await expect(templated({ [valueKey(component)]: null })).resolves.toEqual(objects);
  });

  it.each([
    [{ settings: { WFE_COOLDWON: '1m' } }, 'WFE_COOLDWON'],
    [{ settings: { WFE_ROLES: 'api' } }, 'WFE_ROLES'],
    [{ networkPolicy: null }, "missing property 'networkPolicy'"],
    [{ admissionPolicies: { enabled: null } }, "missing property 'enabled'"],
    [{ api: { resources: { limts: {} } } }, 'limts'],
    [{ image: { pullSecrets: [{ name: 5 }] } }, '/image/pullSecrets/0/name'],
    [{ api: { replicas: 0 } }, '/api/replicas'],
    [{ image: { digest: 'latest' } }, '/image/digest'],
    [{ certmanager: { enabled: true } }, 'certmanager'],
    [{ kubernaut: { enabled: true }, oneProcess: { enabled: true } }, 'kubernaut.enabled and oneProcess.enabled'],
  ])('refuses the values %j', async (values, message) => {
    await expect(templated(values)).rejects.toThrow(message);
  });
});

/** Objects by kind, namespace and name; throws if one is there twice. */
function byIdentity(objects: readonly JsonRecord[]): Record<string, JsonRecord> {
  const entries = objects.map((object) => {
    const { namespace, name } = recordOf(object['metadata']);
    return [`${String(object['kind'])} ${String(namespace)}/${String(name)}`, object] as const;
  });
  expect(new Set(entries.map(([identity]) => identity)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}
