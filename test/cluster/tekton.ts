import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from './api-client.ts';
import { ClusterError } from './errors.ts';
import type { ClusterRecord } from './record.ts';
import { restrictedTekton, splitManifests, withWebhookPort, type Manifest } from './tekton-manifests.ts';

/** Plural and scope of the kinds in Tekton's configuration. */
const kinds: Readonly<Record<string, { readonly plural: string; readonly clusterScoped?: true }>> = {
  Namespace: { plural: 'namespaces', clusterScoped: true },
  CustomResourceDefinition: { plural: 'customresourcedefinitions', clusterScoped: true },
  ClusterRole: { plural: 'clusterroles', clusterScoped: true },
  ClusterRoleBinding: { plural: 'clusterrolebindings', clusterScoped: true },
  MutatingWebhookConfiguration: { plural: 'mutatingwebhookconfigurations', clusterScoped: true },
  ValidatingWebhookConfiguration: { plural: 'validatingwebhookconfigurations', clusterScoped: true },
  Role: { plural: 'roles' },
  RoleBinding: { plural: 'rolebindings' },
  ServiceAccount: { plural: 'serviceaccounts' },
  ConfigMap: { plural: 'configmaps' },
  Secret: { plural: 'secrets' },
  Service: { plural: 'services' },
};

/** Concurrent requests. More do not help: the API server is the bottleneck. */
const parallel = 8;

/** Applies Tekton's resources to a cluster; webhooks point to the local process. */
export async function applyTekton(record: ClusterRecord, api: ApiClient): Promise<void> {
  const yaml = readFileSync(join(record.buildDirectory, 'tekton.yaml'), 'utf8');
  const manifests = [...splitManifests(restrictedTekton(yaml)), webhookService(record)].map((manifest) =>
    refersToWebhook(manifest) ? { ...manifest, text: withWebhookPort(manifest.text, record.ports.webhook) } : manifest,
  );
  const isWebhook = ({ kind }: Manifest) => kind.endsWith('WebhookConfiguration');
  const isNamespace = ({ kind }: Manifest) => kind === 'Namespace';
  await applyAll(api, manifests.filter(isNamespace));
  await applyAll(
    api,
    manifests.filter((manifest) => !isNamespace(manifest) && !isWebhook(manifest)),
  );
  // Last, because from then on the API server refuses ConfigMaps and Tekton's objects until the webhook runs.
  await applyAll(api, manifests.filter(isWebhook));
}

function refersToWebhook({ kind }: Manifest): boolean {
  return kind === 'CustomResourceDefinition' || kind.endsWith('WebhookConfiguration');
}

/** Routes the API server to the webhook outside of the cluster. */
function webhookService({ ports }: ClusterRecord): Manifest {
  const [name, namespace] = ['tekton-pipelines-webhook', 'tekton-pipelines'];
  const spec = {
    type: 'ExternalName',
    externalName: 'localhost',
    ports: [{ name: 'https-webhook', port: ports.webhook }],
  };
  const resource = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
  return { text: JSON.stringify(resource), apiVersion: 'v1', kind: 'Service', name, namespace };
}

async function applyAll(api: ApiClient, manifests: readonly Manifest[]): Promise<void> {
  const waiting = [...manifests];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await apply(api, next);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Server-side apply; the API server takes the YAML as it is. */
async function apply(api: ApiClient, manifest: Manifest): Promise<void> {
  const path = `${pathOf(manifest)}?fieldManager=local-cluster&force=true`;
  const { status, text } = await api.call('PATCH', path, manifest.text, 'application/apply-patch+yaml');
  if (status >= 300) throw new ClusterError(`${manifest.kind} ${manifest.name} could not be applied: ${text}`);
}

function pathOf({ apiVersion, kind, name, namespace }: Manifest): string {
  const known = kinds[kind];
  if (!known)
    throw new ClusterError(`Tekton's configuration has a ${kind}; test/cluster/tekton.ts has to learn its plural.`);
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = known.clusterScoped ? '' : `/namespaces/${namespace ?? 'default'}`;
  return `${base}${scope}/${known.plural}/${name}`;
}
