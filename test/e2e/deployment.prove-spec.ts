import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { submitByGrpc, submitByRest } from '../../demo/submit.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { freePorts } from '../cluster/ports.ts';
import { imageSize } from '../image/image-size.ts';
import { pushProductImage } from '../image/product-image.ts';
import { refusals } from '../rights/check-rules.ts';
import { auditArguments, auditLog } from '../rights/violations.ts';
import { operatorCaller } from '../support/callers.ts';
import { portNames, writeLocalOverlay, type ServicePorts } from '../support/local-overlay.ts';
import { kubectl as runKubectl } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { publisherFor, publishSampleWorkflow } from '../support/workflows.ts';

const reason = process.env['WFE_TEST_NO_PODS'];
const describeOnPods = reason === undefined ? describe : describe.skip;
const title = 'the service in pods of its own image, from the shipped manifests';
const tag = 'test';
const namespace = 'payment';
const workflowExecutionCrd = 'workflowexecutions.workflowexecution.kubernaut.ai';
/** Timeout in milliseconds for starting a cluster and building an image on two busy cores. */
const patience = 600_000;

// On its own cluster: the installation is cluster-wide and removed again.
describeOnPods(reason === undefined ? title : `${title} (skipped: ${reason})`, () => {
  let cluster: Cluster;
  let config: PooledKubeConfig;
  let client: KubernetesClient;
  let directory: string;
  let ports: ServicePorts;
  let image: string;

  const kubectl = (...args: string[]) => runKubectl(cluster, ...args);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-deployment-'));
    const apiServerArgs = auditArguments(directory);
    cluster = await startCluster({
      name: `deployed-${process.pid}`,
      level: 'pods',
      ignoreKubeconfig: true,
      apiServerArgs,
    });
    config = loadKubeConfigFiles([cluster.kubeconfig]);
    client = new KubernetesClient(config);
    ports = await freePorts(portNames);
    image = `${cluster.registry ?? ''}/workflow-execution`;
    await pushProductImage(`${image}:${tag}`);
    await writeLocalOverlay(directory, { image, tag, server: cluster.server, ports });
  }, patience);

  afterAll(async () => {
    await config.close();
    await cluster.stop();
    await rm(directory, { recursive: true });
  }, patience);

  it('has a compressed image of less than 90 MB', async () => {
    const bytes = await imageSize(image, tag);
    expect(bytes).toBeLessThan(90e6);
  });

  it('becomes ready after kubectl apply -k', async () => {
    await kubectl('apply', '--server-side', '-k', directory);

    for (const name of ['workflow-execution-api', 'workflow-execution-controller']) {
      await expect(
        kubectl(...inSystem('rollout', 'status', `deployment/${name}`, '--timeout=100s')),
      ).resolves.toContain('successfully rolled out');
    }
  });

  it.each([
    ['workflow-execution', 'api', ['http', 'grpc', 'metrics']],
    ['workflow-execution-controller', 'controller', ['controllerMetrics']],
  ] as const)('has Service %s in front of the %s', async (service, role, expected) => {
    const path = '{.items[0].endpoints[0].targetRef.name} {.items[0].ports[*].port}';
    const label = `kubernetes.io/service-name=${service}`;
    const slice = await kubectl(...inSystem('get', 'endpointslices', '-l', label, '-o', `jsonpath=${path}`));
    const [pod, ...behind] = slice.split(' ');
    expect(pod).toMatch(new RegExp(`^workflow-execution-${role}-`));
    expect(behind.map(Number).toSorted()).toEqual(expected.map((name) => ports[name]).toSorted());
  });

  it.each(['api', 'controller'])('runs the %s as non-root with a read-only root filesystem', async (role) => {
    const script = 'try { fs.writeFileSync("/app/x", "") } catch (e) { console.log(process.getuid(), e.code) }';
    const inPod = inSystem('exec', `deployment/workflow-execution-${role}`, '--', '/nodejs/bin/node', '-e', script);
    await expect(kubectl(...inPod)).resolves.toBe('65532 EROFS\n');
  });

  it.each(['api', 'controller'])('allocates the memory of the %s with jemalloc', async (role) => {
    const script = 'console.log(fs.readFileSync("/proc/self/maps", "utf8").includes("libjemalloc"))';
    const inPod = inSystem('exec', `deployment/workflow-execution-${role}`, '--', '/nodejs/bin/node', '-e', script);
    await expect(kubectl(...inPod)).resolves.toBe('true\n');
  });

  it.each([
    { transport: 'REST', port: 'http', submit: submitByRest },
    { transport: 'gRPC', port: 'grpc', submit: submitByGrpc },
  ] as const)('completes an execution that a caller creates over $transport', async ({ port, submit }) => {
    const name = `over-${port}`;
    await makeNamespace();
    const { token } = await operatorCaller(client);
    const workflow = await publishSampleWorkflow(publisherFor(cluster, {}));

    await submit(`127.0.0.1:${ports[port]}`, token, {
      namespace,
      name,
      image: workflow,
      target: `${namespace}/deployment/${name}`,
      message: 'Hello from a pod',
    });

    await ended(name);
    await expect(kubectl('get', 'wfe', name, '-n', namespace)).resolves.toMatch(/Completed +Completed/);
  });

  it('completes an execution while no API is running', async () => {
    await kubectl(...inSystem('scale', 'deployment/workflow-execution-api', '--replicas=0'));
    await kubectl(
      ...inSystem('wait', 'pods', '-l', 'app.kubernetes.io/component=api', '--for=delete', '--timeout=60s'),
    );
    const workflow = await publishSampleWorkflow(publisherFor(cluster, {}));
    const { kind } = workflowExecutionResource;
    await client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind,
      metadata: { namespace, name: 'without-api' },
      spec: aSpec({
        workflowRef: { ...aSpec().workflowRef, containerImage: workflow },
        targetResource: `${namespace}/deployment/without-api`,
        parameters: { MESSAGE: 'Hello' },
      }),
    });

    await ended('without-api');

    await expect(kubectl('get', 'wfe', 'without-api', '-n', namespace)).resolves.toMatch(/Completed +Completed/);
  });

  it('has every permission that it needs', () => {
    const entries = auditLog(directory);
    expect(entries).not.toHaveLength(0);
    expect(refusals(entries)).toEqual([]);
  });

  it('leaves nothing behind after kubectl delete -k', async () => {
    await kubectl('delete', 'workflowexecutions', '--all', '--all-namespaces');
    await kubectl('delete', '-k', directory);

    const kinds = 'namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies';
    const left = await kubectl('get', kinds, '-l', 'app.kubernetes.io/part-of=kubernaut', '-o', 'name');
    expect(left).toBe('');
    await expect(kubectl('get', 'crd', workflowExecutionCrd)).rejects.toThrow('NotFound');
  });

  async function ended(name: string): Promise<void> {
    await waitFor(client, workflowExecutionResource, { namespace, name }, `${name} ended`, (all) =>
      all.some((execution) => isTerminal(phaseOf(execution))),
    );
  }

  /** Creates the workflow namespace with its ServiceAccount. */
  async function makeNamespace(): Promise<void> {
    const names = await kubectl('get', 'namespaces', '-o', 'name');
    if (names.includes(`namespace/${namespace}\n`)) return;
    await kubectl('create', 'namespace', namespace);
    await kubectl('create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace);
  }
});

function inSystem(...args: string[]): string[] {
  return ['-n', 'kubernaut-system', ...args];
}
