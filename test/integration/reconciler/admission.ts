import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ForbiddenError, InvalidError, type KubernetesError } from '../../../src/kubernetes/errors.ts';
import { recordOf } from '../../../src/kubernetes/json.ts';
import type { KubernetesObject, NewObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { ApiResource, ResourceType } from '../../../src/kubernetes/resource-type.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { taskRunResource } from '../../../src/tekton/task-run.ts';
import { until } from '../../support/until.ts';

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
  const validation = { expression: 'false', message: 'not on a Monday', reason: 'Forbidden' };
  const policy = await deny(client, namespace, 'pipelineruns', validation);
  await until('the policy is in force', () => isForbidden(client, namespace));
  return policy;
}

/** Adds a policy that denies the TaskRun of one task in a namespace, which Tekton treats as permanent. */
export async function denyTaskRun(client: KubernetesClient, namespace: string, task: string): Promise<AdmissionRule> {
  const expression = `object.metadata.?labels['tekton.dev/pipelineTask'].orValue('') != '${task}'`;
  const policy = await deny(client, namespace, 'taskruns', { expression, message: 'not this task', reason: 'Invalid' });
  const labels = { 'tekton.dev/pipelineTask': task };
  const probe = {
    ...{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { namespace, name: 'probe', labels } },
    spec: { taskRef: { name: 'a' } },
  };
  await until('the policy is in force', () => isRefused(client, taskRunResource, probe, InvalidError));
  return policy;
}

async function deny(
  client: KubernetesClient,
  namespace: string,
  plural: string,
  validation: object,
): Promise<AdmissionRule> {
  const apiVersion = `${admission}/v1`;
  const metadata = { name: `deny-${plural}-${namespace}` };
  const rule = { apiGroups: ['tekton.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: [plural] };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const spec = { matchConstraints: { namespaceSelector, resourceRules: [rule] }, validations: [validation] };
  await client.create(policies, { apiVersion, kind: policies.kind, metadata, spec });
  await client.create(bindings, {
    ...{ apiVersion, kind: bindings.kind, metadata },
    spec: { policyName: metadata.name, validationActions: ['Deny'] },
  });
  const remove = (api: ApiResource) => client.delete(api, metadata);
  return { remove: async () => void (await Promise.all([remove(bindings), remove(policies)])) };
}

/** Adds a quota that leaves no room for a PipelineRun in a namespace. */
export async function exhaustPipelineRuns(client: KubernetesClient, namespace: string): Promise<AdmissionRule> {
  const quota = await addQuota(client, namespace, { 'count/pipelineruns.tekton.dev': '0' });
  // It rejects from the start; only the message changes when the quota controller has counted the resources of the CRD.
  await until('the quota is in force', () => isForbidden(client, namespace));
  return quota;
}

function isForbidden(client: KubernetesClient, namespace: string): Promise<boolean> {
  const metadata = { namespace, name: 'probe' };
  const probe = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata, spec: { pipelineRef: { name: 'a' } } };
  return isRefused(client, pipelineRunResource, probe, ForbiddenError);
}

async function isRefused(
  client: KubernetesClient,
  resource: ApiResource,
  probe: NewObject,
  refusal: typeof KubernetesError,
): Promise<boolean> {
  try {
    // An object that is not stored has no resource version, which the product's parser requires.
    await client.create({ ...resource, parse: anything }, probe, { dryRun: true });
    return false;
  } catch (error) {
    if (error instanceof refusal) return true;
    throw error;
  }
}
