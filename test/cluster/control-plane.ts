import { join } from 'node:path';
import type { Service } from './services.ts';
import { kubeconfigPath, type ClusterRecord } from './record.ts';

/** etcd on plain HTTP of 127.0.0.1, without fsync, since its data need not survive a power cut. */
export function etcd(record: ClusterRecord): Service {
  const client = `http://127.0.0.1:${record.ports.etcd}`;
  const peer = `http://127.0.0.1:${record.ports.etcdPeer}`;
  return {
    binary: 'etcd',
    args: [
      `--data-dir=${join(record.directory, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
    ],
  };
}

/** kube-apiserver with RBAC and an admin token. */
export function apiServer(record: ClusterRecord): Service {
  const pki = (file: string) => join(record.directory, 'pki', file);
  return {
    binary: 'kube-apiserver',
    args: [
      `--etcd-servers=http://127.0.0.1:${record.ports.etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${record.ports.apiServer}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=RBAC',
      // As in OpenShift: requires additional permissions.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      `--token-auth-file=${pki('tokens.csv')}`,
      '--allow-privileged=true',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${pki('sa.key')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      // For logs and exec: the node is called localhost.
      '--kubelet-preferred-address-types=Hostname',
      `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('kubelet-client.key')}`,
      // A loopback address cannot be an endpoint of a Service.
      '--endpoint-reconciler-type=none',
      '--shutdown-delay-duration=0s',
      ...record.apiServerArgs,
    ],
  };
}

/** kube-controller-manager, whose garbage collector cascades deletions to dependents. */
export function controllerManager(record: ClusterRecord): Service {
  return {
    binary: 'kube-controller-manager',
    args: [
      `--kubeconfig=${kubeconfigPath(record.directory)}`,
      `--service-account-private-key-file=${join(record.directory, 'pki', 'sa.key')}`,
      `--root-ca-file=${join(record.directory, 'pki', 'ca.crt')}`,
      '--leader-elect=false',
      '--secure-port=0',
      // nodeipam would need pod address ranges.
      '--controllers=*,-nodeipam',
    ],
  };
}

/** kube-scheduler. */
export function scheduler(record: ClusterRecord): Service {
  return {
    binary: 'kube-scheduler',
    args: [`--kubeconfig=${kubeconfigPath(record.directory)}`, '--leader-elect=false', '--secure-port=0'],
  };
}

/** An OCI registry on plain HTTP. Blobs are files; manifests live in its memory. */
export function registry(record: ClusterRecord): Service {
  return {
    binary: 'registry',
    args: [
      'registry',
      'serve',
      `--address=127.0.0.1:${record.ports.registry}`,
      `--disk=${join(record.directory, 'registry')}`,
    ],
  };
}
