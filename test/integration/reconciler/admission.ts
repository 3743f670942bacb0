import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ForbiddenError } from '../../../src/kubernetes/errors.ts';
import { recordOf } from '../../../src/kubernetes/json.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { ApiResource, ResourceType } from '../../../src/kubernetes/resource-type.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { until } from '../support/until.ts';

/** A rule of the API server that a test has added. */
export interface AdmissionRule {
  remove(): Promise<void>;
}

const anything = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects
const resource = (
  group: string,
  plural: string,
  kind: string,
  namespaced: boolean,
): ResourceType<KubernetesObject> => ({
  ...{ group, version: 'v1', plural, kind, namespaced },
  parse: anything,
});
const quotas = resource('', 'resourcequotas', 'ResourceQuota', true);
const namespaces = resource('', 'namespaces', 'Namespace', false);
const admission = 'admissionregistration.k8s.io';
const policies = resource(admission, 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false);
const bindings = resource(admission, 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', false);

/** Adds a ResourceQuota to a namespace. */
export async function addQuota(client: KubernetesClient, namespace: string, hard: object): Promise<AdmissionRule> {
  const name = 'test-quota';
  await client.create(quotas, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace, name },
    spec: { hard },
  });
  // Until then the API server refuses everything that the quota counts, with "status unknown for quota".
  const isKnown = async () => 'hard' in recordOf(recordOf(await client.get(quotas, { namespace, name }))['status']);
  await until('the quota has a status', isKnown);
  return { remove: () => client.delete(quotas, { namespace, name }) };
}

/** Makes Pod Security enforce the `restricted` profile in a namespace. */
export async function restrictPods(client: KubernetesClient, name: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await client.patch(namespaces, { name }, { metadata: { labels } });
}

/** Adds a policy that denies every PipelineRun in a namespace, with the status code that missing rights have. */
export async function denyPipelineRuns(client: KubernetesClient, namespace: string): Promise<AdmissionRule> {
  const apiVersion = `${admission}/v1`;
  const metadata = { name: `deny-${namespace}` };
  const rule = { apiGroups: ['tekton.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pipelineruns'] };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const validations = [{ expression: 'false', message: 'not on a Monday', reason: 'Forbidden' }];
  const spec = { matchConstraints: { namespaceSelector, resourceRules: [rule] }, validations };
  await client.create(policies, { apiVersion, kind: policies.kind, metadata, spec });
  await client.create(bindings, {
    ...{ apiVersion, kind: bindings.kind, metadata },
    spec: { policyName: metadata.name, validationActions: ['Deny'] },
  });
  await until('the policy is in force', () => isForbidden(client, namespace));
  const remove = (api: ApiResource) => client.delete(api, metadata);
  return { remove: async () => void (await Promise.all([remove(bindings), remove(policies)])) };
}

/** Adds a quota that leaves no room for a PipelineRun in a namespace. */
export async function exhaustPipelineRuns(client: KubernetesClient, namespace: string): Promise<AdmissionRule> {
  const quota = await addQuota(client, namespace, { 'count/pipelineruns.tekton.dev': '0' });
  await until('the quota is in force', () => isForbidden(client, namespace));
  return quota;
}

async function isForbidden(client: KubernetesClient, namespace: string): Promise<boolean> {
  const metadata = { namespace, name: 'probe' };
  const probe = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata, spec: { pipelineRef: { name: 'a' } } };
  try {
    // What is not stored has no resource version, which the product's own parser wants.
    await client.create({ ...pipelineRunResource, parse: anything }, probe, { dryRun: true });
    return false;
  } catch (error) {
    if (error instanceof ForbiddenError) return true;
    throw error;
  }
}
