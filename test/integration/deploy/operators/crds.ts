import { join } from 'node:path';
import { findGo, moduleSource } from '../../../cluster/toolchain.ts';

/** Files with the CRDs that deploy/ uses, by the Go module of their operator. */
const crds = {
  'github.com/cert-manager/cert-manager': [
    'deploy/crds/cert-manager.io_certificates.yaml',
    'deploy/crds/cert-manager.io_issuers.yaml',
  ],
  'github.com/prometheus-operator/prometheus-operator': [
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
  ],
};

/**
 * The paths of the CRDs of cert-manager and the Prometheus operator, in the versions of go.mod, which are downloaded if missing
 * (45 MB of source, verified by go.sum).
 *
 * @throws ClusterError when there is no Go, or they cannot be downloaded
 */
export async function operatorCrds(): Promise<readonly string[]> {
  const go = await findGo();
  const found = Object.entries(crds).map(async ([module, files]) => {
    const source = await moduleSource(go, module, { directory: import.meta.dirname });
    return files.map((file) => join(source, file));
  });
  return (await Promise.all(found)).flat();
}
