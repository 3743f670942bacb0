import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';

/** The cluster that the runner of the tests has started for all of them, with the rights of an administrator. */
export function sharedCluster(): PooledKubeConfig {
  return load('WFE_TEST_KUBECONFIG');
}

/**
 * The same cluster with the rights that the service is shipped with. Whatever part of the service runs in a test runs with
 * these: what the API server is asked with them is held against the role (docs/adr/0024-least-rights-are-proven.md).
 */
export function serviceCluster(): PooledKubeConfig {
  return load('WFE_TEST_SERVICE_KUBECONFIG');
}

function load(variable: string): PooledKubeConfig {
  const kubeconfig = process.env[variable];
  if (!kubeconfig)
    throw new Error(`${variable} is not set: run the integration tests with \`npm test -- integration\``);
  return loadKubeConfigFiles([kubeconfig]);
}
