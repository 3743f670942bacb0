import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';

/** The cluster that the runner of the tests has started for all of them. */
export function sharedCluster(): PooledKubeConfig {
  const kubeconfig = process.env['WFE_TEST_KUBECONFIG'];
  if (!kubeconfig)
    throw new Error('WFE_TEST_KUBECONFIG is not set: run the integration tests with `npm test -- integration`');
  return loadKubeConfigFiles([kubeconfig]);
}
