import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { KubernetesError } from '../../../src/kubernetes/errors.ts';
import { parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../../src/kubernetes/resource-type.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { until } from '../../support/until.ts';

/** The response of a webhook: a denial with the `status` of an AdmissionReview, or no review at all. */
export type WebhookAnswer =
  { readonly denies: { readonly code?: number; readonly message: string } } | 'internal server error';

/** The objects whose creation a webhook may see, with one of each that the API server accepts. */
const kinds = {
  pipelineruns: { group: 'tekton.dev', version: 'v1', kind: 'PipelineRun', spec: { pipelineRef: { name: 'a' } } },
  taskruns: { group: 'tekton.dev', version: 'v1', kind: 'TaskRun', spec: { taskRef: { name: 'a' } } },
  pods: { group: '', version: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a', image: 'a' }] } },
} as const;

const parse = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects
const configurations: ResourceType<KubernetesObject> = {
  ...{ group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false, parse },
  ...{ plural: 'validatingwebhookconfigurations', kind: 'ValidatingWebhookConfiguration' },
};

/**
 * Registers a foreign webhook with a fixed response to every creation of a resource in a namespace, and waits until it is
 * in force.
 *
 * @returns removes it
 */
export async function addWebhook(
  client: KubernetesClient,
  namespace: string,
  resource: keyof typeof kinds,
  answer: WebhookAnswer,
): Promise<() => Promise<void>> {
  const name = `${resource}.${namespace}.example.org`;
  const authority = await certificateAuthority(name);
  const server = createServer(await authority.issue(name), (request, response) => {
    if (answer === 'internal server error') return void response.writeHead(500).end();
    return void text(request).then((body) => response.end(JSON.stringify(reviewOf(body, answer.denies))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- it listens on a port
  const { group, version, kind, spec } = kinds[resource];
  await client.create(configurations, {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: configurations.kind, metadata: { name } },
    webhooks: [
      {
        ...{ name, admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', timeoutSeconds: 5 },
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(authority.cert).toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [group], apiVersions: [version], resources: [resource], operations: ['CREATE'] }],
      },
    ],
  });
  const type = { group, version, kind, plural: resource, namespaced: true, parse };
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const probe = { apiVersion, kind, metadata: { namespace, name: 'probe' }, spec };
  await until('the webhook is in force', () => isAskedFor(client, type, probe, name));
  return async () => {
    await client.delete(configurations, { name });
    server.close();
    server.closeAllConnections();
  };
}

function reviewOf(body: string, status: object) {
  const { uid } = recordOf(recordOf(parseJson(body))['request']);
  const response = { uid, allowed: false, status };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

async function isAskedFor(
  client: KubernetesClient,
  resource: ResourceType<KubernetesObject>,
  probe: Parameters<KubernetesClient['create']>[1],
  webhook: string,
): Promise<boolean> {
  try {
    await client.create(resource, probe, { dryRun: true });
    return false;
  } catch (error) {
    if (error instanceof KubernetesError && error.message.includes(webhook)) return true;
    throw error;
  }
}
