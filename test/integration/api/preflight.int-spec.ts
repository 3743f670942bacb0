import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGrpcField } from '../../../src/api/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import { resolutionRequestResource } from '../../../src/tekton/resolution-request.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { bundleLayer } from '../../cluster/images.ts';
import { pushImage, type PushedImage } from '../../cluster/oci.ts';
import { startPrivateRegistry, type PrivateRegistry } from '../../support/private-registry.ts';
import { until } from '../../support/until.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import type { NewExecution, SeenPreflight } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { startApi, type RunningApi } from './running-api.ts';

const registry = process.env['WFE_TEST_REGISTRY'] ?? '';
const parse = (raw: unknown) => raw as KubernetesObject;
const core = { group: '', version: 'v1', namespaced: true, parse };
const secrets = { ...core, plural: 'secrets', kind: 'Secret' };
const serviceAccounts = { ...core, plural: 'serviceaccounts', kind: 'ServiceAccount' };
const quotas = { ...core, plural: 'resourcequotas', kind: 'ResourceQuota' };

type Spec = NonNullable<NewExecution['spec']>;

const undeclared = 'is not declared by the workflow';
const task = (name: string, over: object = {}) => ({ name, taskRef: { name: 'x' }, ...over });
const aTask = '{"apiVersion":"tekton.dev/v1","kind":"Task"}';
const simple = pipeline({ params: [{ name: 'A', default: '' }], tasks: [task('only')] });

function pipeline(spec: object): string {
  return JSON.stringify({ apiVersion: 'tekton.dev/v1', kind: 'Pipeline', metadata: { name: 'workflow' }, spec });
}

/** Pushes a bundle with one object; `annotations` replace those of its layer. */
async function push(name: string, content: string, annotations: Readonly<Record<string, string>> = {}) {
  const layer = await bundleLayer({ pipelineName: 'workflow', yaml: content });
  const layers = [{ ...layer, annotations: { ...layer.annotations, ...annotations } }];
  return pushImage(registry, `preflight/${name}`, layers);
}

function pinned({ ref, digest }: PushedImage): string {
  return `${ref}@${digest}`;
}

/** An execution of a bundle. */
function executionOf(containerImage: string, spec: Spec = {}): NewExecution {
  return { spec: aSpec({ workflowRef: { ...aSpec().workflowRef, containerImage }, ...spec }) };
}

/** Waits until no ResolutionRequest is left in a namespace. */
function untilNoneIsLeft(kubernetes: KubernetesClient, namespace: string): Promise<void> {
  return until('no ResolutionRequest is left', async () => {
    const { items } = await kubernetes.list(resolutionRequestResource, { namespace });
    return items.length === 0;
  });
}

/** Creates the default ServiceAccount, and one with the pull secret of a registry. */
async function createServiceAccounts(
  kubernetes: KubernetesClient,
  namespace: string,
  { dockerConfigJson }: PrivateRegistry,
) {
  const create = (name: string, over: object = {}) =>
    kubernetes.create(serviceAccounts, {
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
      ...over,
    });
  await kubernetes.create(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'registry' } },
    ...{ type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': dockerConfigJson } },
  });
  await create('workflow-execution-sa');
  await create('puller', { imagePullSecrets: [{ name: 'registry' }] });
}

/** Tekton may be slow on a busy machine. */
const patient = { WFE_PREFLIGHT_TIMEOUT: '30s' };

const kubernetes = new KubernetesClient(sharedCluster());
let namespace: TestNamespace;
let privateRegistry: PrivateRegistry;
let api: RunningApi;
let refusing: RunningApi;

beforeAll(async () => {
  namespace = await createNamespace(kubernetes, 'preflight');
  privateRegistry = await startPrivateRegistry(registry);
  await createServiceAccounts(kubernetes, namespace.name, privateRegistry);
  api = await startApi(apiCluster(), patient);
  refusing = await startApi(apiCluster(), { ...patient, WFE_UNDECLARED_PARAMETERS: 'refuse' });
});

afterAll(async () => {
  await Promise.all([api.stop(), refusing.stop(), privateRegistry.close()]);
  await namespace.delete();
});

describe.each([
  ['REST', restCaller, (field: string) => field],
  ['gRPC', grpcCaller, (field: string) => toGrpcField(field.split('.'))],
] as const)('over %s', (transport, callerOf, spelled) => {
  const image = spelled('spec.workflowRef.containerImage');

  async function preflightOf(containerImage: string, spec?: Spec): Promise<SeenPreflight | undefined> {
    const request = { ...executionOf(containerImage, spec), validateOnly: true };
    const { ok, error } = await callerOf(api).create(namespace.name, request);
    expect(error).toBeUndefined();
    return ok?.preflight;
  }

  describe('a preflight', () => {
    it('has the digest of the tag, the tasks in order and the PipelineRun', async () => {
      const tasks = [task('restart', { params: [{ name: 'pod', value: '$(tasks.find.results.pod)' }] }), task('find')];
      const { ref, digest } = await push('fits:v1', pipeline({ tasks, finally: [task('report')] }));

      const preflight = await preflightOf(ref);

      expect(preflight).toMatchObject({
        ...{ checked: true, notCheckedReason: '', findings: {}, bundleDigest: digest },
        tasks: ['find', 'restart', 'report'],
        pipelineRun: {
          ...{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { namespace: namespace.name } },
          spec: {
            pipelineRef: { resolver: 'bundles' },
            taskRunTemplate: { serviceAccountName: 'workflow-execution-sa' },
          },
        },
      });
    });

    it('finds what does not fit, by field', async () => {
      const params = [
        { name: 'MEMORY_LIMIT' },
        { name: 'MODE', enum: ['soft', 'hard'], default: 'soft' },
        { name: 'PODS', type: 'array' },
      ];
      const { ref } = await push('misfit:v1', pipeline({ params, tasks: [task('only')] }));

      const preflight = await preflightOf(ref, {
        parameters: { MEMORY_LIMT: '1Gi', MODE: 'gentle', PODS: 'a,b' },
        executionConfig: { serviceAccountName: 'no-such-account' },
      });

      expect(preflight?.findings).toEqual({
        [spelled('spec.executionConfig.serviceAccountName')]:
          `Error: must be an existing ServiceAccount, but namespace ${namespace.name} has no no-such-account`,
        [spelled('spec.parameters.MEMORY_LIMIT')]: 'Error: is required by the workflow',
        [spelled('spec.parameters.MEMORY_LIMT')]: `Warning: ${undeclared}`,
        [spelled('spec.parameters.MODE')]: 'Error: must be one of soft, hard',
        [spelled('spec.parameters.PODS')]:
          'Error: has type array in the workflow, but parameters of executions are strings',
      });
    });

    it('finds a bundle that does not exist', async () => {
      const preflight = await preflightOf(`${registry}/preflight/none:v1`);

      expect(preflight).toMatchObject({ checked: true, bundleDigest: '', tasks: [] });
      expect(preflight?.findings[image]).toMatch(/^Error: cannot be resolved: .*(MANIFEST|NAME)_UNKNOWN/);
    });

    it('finds a private bundle, unless the ServiceAccount has its pull secret', async () => {
      const { ref } = await push('private:v1', simple);
      const containerImage = ref.replace(registry, privateRegistry.address);

      const refused = await preflightOf(containerImage);
      const admitted = await preflightOf(containerImage, { executionConfig: { serviceAccountName: 'puller' } });

      expect(refused?.findings[image]).toMatch(/^Error: cannot be resolved: .*401/);
      expect(admitted).toMatchObject({ checked: true, findings: {}, tasks: ['only'] });
    });

    it.each([
      ['has no object named workflow', simple, { 'dev.tekton.image.name': 'other' }, /could not find object in image/],
      ['has a Task', aTask, { 'dev.tekton.image.kind': 'task' }, /could not find object in image/],
      ['has a Task as a Pipeline', aTask, {}, /^Error: holds a Task instead of a Pipeline$/],
    ])('finds a bundle that %s', async (what, content, annotations, message) => {
      const { ref } = await push(`${what.replaceAll(' ', '-').toLowerCase()}:v1`, content, annotations);

      const preflight = await preflightOf(ref);

      expect(preflight).toMatchObject({ checked: true, tasks: [] });
      expect(preflight?.findings[image]).toMatch(message);
    });

    it('does not check a Pipeline that is too large to be read', async () => {
      const { ref, digest } = await push('large:v1', pipeline({ description: 'x'.repeat(600_000), tasks: [] }));

      expect(await preflightOf(ref)).toMatchObject({
        checked: false,
        notCheckedReason: 'the Pipeline is not read: it is larger than 256 KiB of JSON',
        bundleDigest: digest,
      });
    });

    it('finds a Pipeline that is too large for Tekton', async () => {
      const { ref } = await push('huge:v1', pipeline({ description: 'x'.repeat(4_000_000), tasks: [] }));

      const preflight = await preflightOf(ref);

      expect(preflight?.findings[image]).toMatch(/^Error: cannot be resolved: .*too large/i);
    });
  });

  it('a create warns of undeclared parameters if its pinned bundle was validated before', async () => {
    // One that the other transport does not know.
    const content = pipeline({ description: transport, params: [{ name: 'A' }], tasks: [task('only')] });
    const bundle = await push(`pinned-${transport.toLowerCase()}:v1`, content);
    const request = executionOf(pinned(bundle), { parameters: { A: 'x', B: 'y' } });

    const before = await callerOf(api).create(namespace.name, request);
    const validated = await callerOf(api).create(namespace.name, { ...request, validateOnly: true });
    const after = await callerOf(api).create(namespace.name, request);

    expect(before.ok).toMatchObject({ warnings: undefined, preflight: undefined });
    expect(validated.ok?.preflight?.findings).toEqual({ [spelled('spec.parameters.B')]: `Warning: ${undeclared}` });
    expect(after.ok).toMatchObject({ warnings: [`parameter B ${undeclared}`], preflight: undefined });
  });

  it('refuses creates with undeclared parameters, if the setting says so', async () => {
    const { ref } = await push('refuse:v1', simple);
    const create = (parameters: Record<string, string>) =>
      callerOf(refusing).create(namespace.name, executionOf(ref, { parameters }));

    const refused = await create({ A: 'x', B: 'y' });
    const created = await create({ A: 'x' });

    expect(refused.error).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      rules: { [spelled('spec.parameters.B')]: undeclared },
    });
    expect(created.ok).toBeDefined();
  });

  it('does not check, and refuses creates for now, while ResolutionRequests are denied', async () => {
    await using denied = await createNamespace(kubernetes, 'denied');
    const hard = { 'count/resolutionrequests.resolution.tekton.dev': '0' };
    const metadata = { namespace: denied.name, name: 'none' };
    await kubernetes.create(quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
    const { ref } = await push('denied:v1', simple);
    const create = (validateOnly: boolean) =>
      callerOf(refusing).create(denied.name, { ...executionOf(ref), validateOnly });
    const preflight = async () => (await create(true)).ok?.preflight;
    await until('the quota is in force', async () => (await preflight())?.checked === false);

    expect((await preflight())?.notCheckedReason).toBe('the cluster denies this service ResolutionRequests of Tekton');
    expect((await create(false)).error).toMatchObject({ kind: 'UNAVAILABLE', retryAfterSeconds: 1 });
  });
});

it('leaves no ResolutionRequest behind after a hundred preflights at the same time', async () => {
  const pushed = await push('many:v1', simple);
  const some = (at: number) => [pushed.ref, pinned(pushed), `${pushed.ref}-none-${at}`, `${registry}/none:${at}`];
  const images = Array.from({ length: 25 }, (_, at) => some(at)).flat();

  const preflights = await Promise.all(
    images.map(async (image, at) => {
      const caller = at % 2 === 0 ? restCaller(api) : grpcCaller(api);
      return (await caller.create(namespace.name, { ...executionOf(image), validateOnly: true })).ok?.preflight;
    }),
  );

  expect(preflights.map((one) => one?.checked)).toEqual(preflights.map((one) => one?.notCheckedReason === ''));
  await untilNoneIsLeft(kubernetes, namespace.name);
});
