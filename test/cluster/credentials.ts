import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { ClusterError } from './errors.ts';
import { kubeconfigPath, serverUrl, tektonKubeconfigPath, type ClusterRecord } from './record.ts';

/** The ServiceAccount of Tekton's controller. */
const tektonController = 'system:serviceaccount:tekton-pipelines:tekton-pipelines-controller';

/** Creates the keys, certificates, admin token and kubeconfigs of a cluster. */
export async function writeCredentials(record: ClusterRecord, signal?: AbortSignal): Promise<void> {
  const pki = join(record.directory, 'pki');
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const made = await runCommand(join(record.buildDirectory, 'bin', 'certs'), [pki], { signal });
  if (made.code !== 0) throw new ClusterError(`The certificates could not be created: ${made.stderr.trim()}`);
  writeFileSync(join(pki, 'tokens.csv'), `${record.token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  writeFileSync(kubeconfigPath(record.directory), kubeconfig(record), { mode: 0o600 });
  writeFileSync(tektonKubeconfigPath(record.directory), kubeconfig(record, tektonController), { mode: 0o600 });
}

/** @param actsAs user that the administrator impersonates */
function kubeconfig(record: ClusterRecord, actsAs?: string): string {
  const authority = readFileSync(join(record.directory, 'pki', 'ca.crt')).toString('base64');
  const name = `wfe-${record.name}`;
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${serverUrl(record)}
      certificate-authority-data: ${authority}
users:
  - name: admin
    user:
      token: ${record.token}${actsAs === undefined ? '' : `\n      as: ${actsAs}`}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: admin
current-context: ${name}
`;
}
