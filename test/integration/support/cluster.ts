import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';

/** The cluster that the test runner has started for all tests, with the rights of an administrator. */
export function sharedCluster(): PooledKubeConfig {
  return load('WFE_TEST_KUBECONFIG');
}

/** That cluster, as kubectl needs it. */
export const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
};

// In tests, every part of the service has its shipped rights, and its requests are checked against the roles
// (docs/adr/0024-least-rights-are-proven.md).

/** The same cluster with the rights of the API. */
export function apiCluster(): PooledKubeConfig {
  return load('WFE_TEST_API_KUBECONFIG');
}

/** The same cluster with the rights of the controller. */
export function controllerCluster(): PooledKubeConfig {
  return load('WFE_TEST_CONTROLLER_KUBECONFIG');
}

/** The same cluster with the rights of a process that is both. */
export function serviceCluster(): PooledKubeConfig {
  return load('WFE_TEST_SERVICE_KUBECONFIG');
}

function load(variable: string): PooledKubeConfig {
  const kubeconfig = process.env[variable];
  if (!kubeconfig)
    throw new Error(`${variable} is not set: run the integration tests with \`npm test -- integration\``);
  return loadKubeConfigFiles([kubeconfig]);
}
