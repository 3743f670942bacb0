import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { arrayOf, recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { refuseCaller } from '../../data-storage/server/admission.ts';
import { kubectl } from '../../support/product.ts';
import { cluster, sharedCluster } from '../support/cluster.ts';
import { dryRun } from './dry-run.ts';
import { objectOf, renderedWith } from './rendered.ts';

/** Kubernaut as its chart deploys it (charts/kubernaut/templates: datastorage, rbac, pdb and workflowexecution). */
const kubernaut = {
  url: 'https://data-storage-service.kubernaut-system.svc:8080',
  dataStoragePods: { app: 'datastorage' },
  clientPods: { app: 'workflowexecution-controller' },
  serviceAccount: 'workflowexecution-controller',
  clientRights: [
    { apiGroups: [''], resources: ['services'], resourceNames: ['data-storage-service'], verbs: ['get', 'create'] },
  ],
  ca: { name: 'inter-service-ca', key: 'ca.crt' },
  disruptionBudget: { selector: { matchLabels: { app: 'workflowexecution-controller' } } },
};

const tokenReviews = {
  ...{ group: 'authentication.k8s.io', version: 'v1', plural: 'tokenreviews', kind: 'TokenReview' },
  namespaced: false,
};

const objects = await renderedWith('kubernaut');
const records = (list: unknown): JsonRecord[] => arrayOf(list).map(recordOf);
const specOf = (kind: string, name: string) => recordOf(objectOf(objects, kind, name)['spec']);

const { data } = objectOf(objects, 'ConfigMap', 'workflow-execution-settings');
const settings = Object.entries(recordOf(data)).map(([name, value]) => [name, String(value)] as const);
const config = loadConfig(Object.fromEntries(settings));
const { metadata, spec } = recordOf(specOf('Deployment', 'workflowexecution-controller')['template']);
const pod = recordOf(spec);
const [container] = records(pod['containers']);

/** The volume that a container has a file of, and the name of the file in it. */
function volumeOf(path: string): { readonly volume: JsonRecord; readonly file: string } {
  const [file = ''] = path.split('/').slice(-1);
  const mount = records(container?.['volumeMounts']).find(({ mountPath }) => `${String(mountPath)}/${file}` === path);
  return { volume: recordOf(records(pod['volumes']).find(({ name }) => name === mount?.['name'])), file };
}

const [source] = records(recordOf(volumeOf(config.dataStorageTokenFile).volume['projected'])['sources']);
const mountedToken = recordOf(source?.['serviceAccountToken']);

describe('components/kubernaut', () => {
  it('is valid to the API server with the base', async () => {
    await expect(dryRun(objects)).resolves.toEqual(
      expect.arrayContaining([
        'Deployment/workflowexecution-controller',
        'Role/workflow-execution-data-storage-client',
      ]),
    );
  });

  it('leaves the namespace to Kubernaut, whose databases do not meet the Pod Security Standard `restricted`', () => {
    expect(objects.filter(({ kind }) => kind === 'Namespace')).toEqual([]);
  });

  it("leaves the controller to Kubernaut's PodDisruptionBudget: a pod with two cannot be evicted", () => {
    const labels = recordOf(recordOf(metadata)['labels']);
    const own = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map((budget) => recordOf(budget['spec']));
    const selecting = [...own, kubernaut.disruptionBudget].filter(({ selector }) =>
      Object.entries(recordOf(recordOf(selector)['matchLabels'])).every(([key, value]) => labels[key] === value),
    );
    expect(selecting).toEqual([kubernaut.disruptionBudget]);
    expect(objectOf(objects, 'PodDisruptionBudget', 'workflow-execution-api')).toBeDefined();
  });

  it('sends the audit trail to the data storage service, with its certificate authority', () => {
    expect(config.dataStorageUrl).toBe(kubernaut.url);
    const { volume, file } = volumeOf(config.dataStorageCaFile);
    const { name, key } = kubernaut.ca;
    expect(volume['configMap']).toMatchObject({ name, optional: true, items: [{ key, path: file }] });
  });

  it('labels the pods of the controller as the clients that the NetworkPolicy of data storage admits', () => {
    const { labels } = recordOf(metadata);
    expect(labels).toMatchObject(kubernaut.clientPods);
    const { matchLabels } = recordOf(specOf('Deployment', 'workflowexecution-controller')['selector']);
    expect(labels).toMatchObject(recordOf(matchLabels));
  });

  it('lets the controller reach the pods of data storage', () => {
    const { egress, podSelector } = specOf('NetworkPolicy', 'workflow-execution-controller');
    expect(recordOf(metadata)['labels']).toMatchObject(recordOf(recordOf(podSelector)['matchLabels']));
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'kubernaut-system' } };
    const to = [{ namespaceSelector, podSelector: { matchLabels: kubernaut.dataStoragePods } }];
    expect(egress).toContainEqual({ to });
  });

  it('runs the controller as the ServiceAccount that data storage admits, with the rights that it asks for', () => {
    expect(pod['serviceAccountName']).toBe(kubernaut.serviceAccount);
    expect(objectOf(objects, 'ServiceAccount', kubernaut.serviceAccount)).toMatchObject({ kind: 'ServiceAccount' });
    const { rules } = objectOf(objects, 'Role', 'workflow-execution-data-storage-client');
    expect(rules).toEqual(kubernaut.clientRights);
    const bound = objects.filter(({ kind }) => /RoleBinding$/.test(String(kind)));
    const subjects = bound.flatMap(({ roleRef, subjects }) =>
      records(subjects).map(({ name }) => `${String(recordOf(roleRef)['name'])}: ${String(name)}`),
    );
    expect(subjects.filter((subject) => subject.endsWith('-controller')).toSorted()).toEqual(
      [
        'workflow-execution-controller', // ClusterRole
        'workflow-execution-controller', // Role
        'workflow-execution-data-storage-client',
        'workflow-execution-installation',
      ].map((role) => `${role}: ${kubernaut.serviceAccount}`),
    );
  });

  it.each([
    ['as it is mounted', stringOf(mountedToken['audience']), true],
    ['for an audience of its own', 'data-storage', false],
  ])('has a token that passes the review of data storage: %s', async (_, audience, passes) => {
    expect(mountedToken).toHaveProperty('path', volumeOf(config.dataStorageTokenFile).file);
    const audiences = audience === undefined ? [] : [`--audience=${audience}`];
    const token = (await kubectl(cluster, 'create', 'token', 'default', '-n', 'default', ...audiences)).trim();

    const status = await new KubernetesClient(sharedCluster()).review(tokenReviews, { spec: { token } });

    expect(recordOf(status)['authenticated'] === true).toBe(passes);
    // So does the fake data storage service in the other tests.
    expect(refuseCaller(`Bearer ${token}`, {}) === undefined).toBe(passes);
  });
});
