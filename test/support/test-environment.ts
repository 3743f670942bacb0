import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster, type StartClusterOptions } from '../cluster/index.ts';
import type { Progress } from '../cluster/progress.ts';
import { startApiReplicas } from './api-replicas.ts';
import { buildProduct } from './build.ts';
import { applyProduct } from './product.ts';
import { serviceKubeconfig } from './service-account.ts';
import { publisherFor } from './workflows.ts';

/** A built product and a cluster with its manifests, for specs in other processes. */
export interface TestEnvironment {
  readonly cluster: Cluster;
  /** Environment variables for the specs. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Options of a {@link TestEnvironment}. */
export interface TestEnvironmentOptions {
  /** Additional arguments for kube-apiserver. */
  readonly apiServerArgs?: readonly string[];
  /** Versions of Kubernetes and Tekton on a separate cluster; default: those of this checkout. */
  readonly versions?: StartClusterOptions['versions'];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Builds the product and starts a cluster with pods and a pair of API replicas.
 *
 * @throws Error if pods cannot run and CI=true; otherwise specs that need them are skipped
 */
export async function startTestEnvironment(options: TestEnvironmentOptions): Promise<TestEnvironment> {
  const { progress, signal, apiServerArgs = [], versions } = options;
  const ignoreKubeconfig = versions !== undefined;
  // Built first, so that a compile error does not cost a cluster start.
  await buildProduct({ progress, signal });
  const cluster = await startCluster({
    ...{ level: 'pods', owner: 'process', apiServerArgs, versions, ignoreKubeconfig, progress, signal },
  });
  const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-tests-'));
  const stopCluster = async (): Promise<void> => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  };
  try {
    publisherFor(cluster); // Throws if workflows cannot be published.
    await applyProduct(cluster);
    const kubeconfigs = (['both', 'api', 'controller'] as const).map((roles) =>
      serviceKubeconfig(cluster, directory, roles),
    );
    const [serviceConfig = '', apiConfig = '', controllerConfig = ''] = await Promise.all(kubeconfigs);
    const replicas = await startApiReplicas(apiConfig);
    return {
      cluster,
      variables: {
        WFE_TEST_KUBECONFIG: cluster.kubeconfig,
        WFE_TEST_SERVICE_KUBECONFIG: serviceConfig,
        WFE_TEST_API_KUBECONFIG: apiConfig,
        WFE_TEST_CONTROLLER_KUBECONFIG: controllerConfig,
        WFE_TEST_KUBECTL: cluster.kubectl,
        WFE_TEST_API_REPLICAS: JSON.stringify(replicas.addresses),
        ...(cluster.registry === undefined ? {} : { WFE_TEST_REGISTRY: cluster.registry }),
        ...withoutPods(cluster, progress),
      },
      async stop() {
        await replicas.stop();
        await stopCluster();
      },
    };
  } catch (error) {
    await stopCluster();
    throw error;
  }
}

function withoutPods({ pods }: Cluster, progress: Progress): { readonly WFE_TEST_NO_PODS?: string } {
  if (pods.available) return {};
  const reason = `Pods cannot run here: ${pods.reason}`;
  if (process.env['CI'] === 'true') throw new Error(`${reason} With CI=true that is a failure.`);
  progress(`${reason} Tests that need them are skipped.`);
  return { WFE_TEST_NO_PODS: pods.reason };
}
