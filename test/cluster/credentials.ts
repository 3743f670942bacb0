import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { ClusterError } from './errors.ts';
import { kubeconfigPath, serverUrl, type ClusterRecord } from './record.ts';

/** Makes the keys, certificates, the administrator's token and the kubeconfig of a cluster. */
export async function writeCredentials(record: ClusterRecord, signal?: AbortSignal): Promise<void> {
  const pki = join(record.directory, 'pki');
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const made = await runCommand(join(record.buildDirectory, 'bin', 'certs'), [pki], { signal });
  if (made.code !== 0) throw new ClusterError(`The certificates could not be made: ${made.stderr.trim()}`);
  writeFileSync(join(pki, 'tokens.csv'), `${record.token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  writeFileSync(kubeconfigPath(record.directory), kubeconfig(record), { mode: 0o600 });
}

function kubeconfig(record: ClusterRecord): string {
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
      token: ${record.token}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: admin
current-context: ${name}
`;
}
