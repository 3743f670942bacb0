import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { submitByGrpc, submitByRest } from '../../demo/submit.ts';
import { readLayout, unpack, type Layout, type LayoutImage } from '../../scripts/release/image/layout.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import { runCommand } from '../cluster/command.ts';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { auditArguments } from '../rights/violations.ts';
import { operatorCaller } from '../support/callers.ts';
import { kubectl } from '../support/product.ts';
import { publisherFor, publishSampleWorkflow } from '../support/workflows.ts';
import { Helm } from './helm.ts';
import { forwardPort } from './port-forward.ts';
import { routeKubernetesService } from '../cluster/service-route.ts';

const root = join(import.meta.dirname, '..', '..');
/** The namespace of the service. */
const system = 'kubernaut-system';
/** The namespace of workflows and callers. */
const namespace = 'payment';

/** Transports of the API, with their ports. */
const transports = { REST: { port: 8080, submit: submitByRest }, gRPC: { port: 50051, submit: submitByGrpc } };

/** A release, pushed to the registry of a local cluster of its own, because an installation is cluster-wide. */
export class ReleaseFixture {
  /** Of the first release, and of the API server's audit log. */
  readonly directory: string;
  readonly out: string;
  readonly layout: Layout;
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly helm: Helm;
  private readonly config: PooledKubeConfig;
  private readonly removeRoute: () => Promise<void>;

  private constructor(directory: string, cluster: Cluster, helm: Helm, removeRoute: () => Promise<void>) {
    this.directory = directory;
    this.out = join(directory, 'first');
    this.layout = readLayout(join(this.out, 'image'));
    this.cluster = cluster;
    this.config = loadKubeConfigFiles([cluster.kubeconfig]);
    this.client = new KubernetesClient(this.config);
    this.helm = helm;
    this.removeRoute = removeRoute;
  }

  /** Starts a cluster and makes a release. */
  static async start(): Promise<ReleaseFixture> {
    const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-release-'));
    const apiServerArgs = auditArguments(directory);
    const name = `release-${process.pid}`;
    const cluster = await startCluster({ name, level: 'pods', ignoreKubeconfig: true, apiServerArgs });
    const removeRoute = await routeKubernetesService(cluster);
    try {
      const helm = await Helm.in(join(directory, 'helm'), cluster.kubeconfig);
      await makeRelease(cluster, join(directory, 'first'));
      return new ReleaseFixture(directory, cluster, helm, removeRoute);
    } catch (error) {
      await removeRoute();
      await cluster.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.config.close();
    await this.removeRoute();
    await this.cluster.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** The repository of the image. */
  get repository(): string {
    return `${registryOf(this.cluster)}/workflow-execution`;
  }

  /** Makes the release again; returns its directory. */
  async makeAgain(): Promise<string> {
    const out = join(this.directory, 'second');
    await makeRelease(this.cluster, out);
    return out;
  }

  /** The directory of an unpacked image. */
  async unpacked(image: LayoutImage): Promise<string> {
    const target = join(this.directory, image.architecture);
    if (!existsSync(target)) await unpack(this.layout, image, target);
    return target;
  }

  kubectl(...args: string[]): Promise<string> {
    return kubectl(this.cluster, ...args);
  }

  /** kubectl in the namespace of the service. */
  inSystem(...args: string[]): Promise<string> {
    return this.kubectl('-n', system, ...args);
  }

  /** Runs JavaScript in a pod of a role; returns its output. */
  evaluate(role: string, script: string): Promise<string> {
    return this.inSystem('exec', `deployment/workflow-execution-${role}`, '--', '/nodejs/bin/node', '-e', script);
  }

  /** Waits until the pods of both roles are ready. */
  async ready(): Promise<void> {
    for (const role of ['api', 'controller']) {
      await this.inSystem('rollout', 'status', `deployment/workflow-execution-${role}`, '--timeout=300s');
    }
  }

  /** Creates the namespace of workflows. */
  async createNamespace(): Promise<void> {
    await this.kubectl('create', 'namespace', namespace);
    await this.kubectl('create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace);
  }

  /** Creates an execution through `kubectl port-forward`. */
  async create(name: string, transport: keyof typeof transports): Promise<void> {
    const { port, submit } = transports[transport];
    const { token } = await operatorCaller(this.client);
    const image = await publishSampleWorkflow(publisherFor(this.cluster, {}));
    const target = `${namespace}/deployment/${name}`;
    const forwarded = await forwardPort(this.cluster, 'workflow-execution', port);
    try {
      await submit(forwarded.address, token, { namespace, name, image, target, message: 'Hello from a release' });
    } finally {
      await forwarded.close();
    }
  }

  /** Waits for the end of an execution; returns its row of `kubectl get`. */
  async ended(name: string, where = namespace): Promise<string> {
    await this.kubectl('wait', '--for=condition=Finished', '--timeout=120s', `wfe/${name}`, '-n', where);
    return this.kubectl('get', 'wfe', name, '-n', where);
  }

  /** Names of the installed objects, other than the CRD. */
  remains(): Promise<string> {
    const namespaced = 'deployments,services,configmaps,serviceaccounts,roles,rolebindings,networkpolicies';
    const global = 'namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies';
    const label = 'app.kubernetes.io/part-of=kubernaut';
    return this.kubectl('get', `${namespaced},${global}`, '--all-namespaces', '-l', label, '-o', 'name');
  }
}

function registryOf({ registry }: Cluster): string {
  return `${registry ?? ''}/kubernaut`;
}

/** Runs the command as a user does. */
async function makeRelease(cluster: Cluster, out: string): Promise<void> {
  const args = ['scripts/release/release.ts', '--out', out, '--registry', registryOf(cluster)];
  const { code, stderr } = await runCommand(process.execPath, args, { cwd: root });
  if (code !== 0) throw new Error(stderr);
}
