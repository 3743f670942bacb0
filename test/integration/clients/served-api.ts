import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { operatorCaller } from '../../support/callers.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { startService } from '../../support/service.ts';
import { untilOperator } from '../api/shared-api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace } from '../support/namespace.ts';

/** The service with TLS and authenticated callers, for programs of other languages. */
export interface ServedApi extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** A directory for the programs. */
  readonly directory: string;
  /** PEM file with the CA of the service. */
  readonly caFile: string;
  /** Of a caller with all permissions on executions. */
  readonly token: string;
  /** A namespace of its own. */
  newNamespace(): Promise<string>;
  /** The settings of a program, as environment variables. */
  variables(namespace: string): NodeJS.ProcessEnv;
}

/** Starts the execution API as a process of its own, without a limit of calls; nothing reconciles its executions. */
export async function startServedApi(): Promise<ServedApi> {
  const kubernetes = new KubernetesClient(sharedCluster());
  const caller = await operatorCaller(kubernetes);
  await untilOperator(kubernetes, caller);
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-clients-'));
  const path = (name: string) => join(directory, name);
  const authority = await certificateAuthority('test authority');
  const { cert, key } = await authority.issue('service');
  for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert })) {
    await writeFile(path(name), text);
  }
  const service = await startService({
    kubeconfig: process.env['WFE_TEST_API_KUBECONFIG'] ?? '',
    settings: {
      WFE_ROLES: 'api',
      WFE_RATE_LIMIT: '0',
      WFE_TLS_CERT_FILE: path('tls.crt'),
      WFE_TLS_KEY_FILE: path('tls.key'),
    },
  });
  const [url, caFile] = [`https://${service.http}`, path('ca.crt')];
  const namespaces: AsyncDisposable[] = [];
  return {
    ...{ url, directory, caFile, token: caller.token },
    async newNamespace() {
      const namespace = await createNamespace(kubernetes, 'clients');
      namespaces.push(namespace);
      return namespace.name;
    },
    variables: (namespace) => ({
      WFE_URL: url,
      WFE_GRPC_ADDRESS: service.grpc,
      WFE_TOKEN: caller.token,
      WFE_CLIENT_NAMESPACE: namespace,
      WFE_CA_FILE: caFile,
      // Those of Go and of Node.js.
      SSL_CERT_FILE: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
    }),
    async [Symbol.asyncDispose]() {
      await Promise.all(namespaces.map((namespace) => namespace[Symbol.asyncDispose]()));
      await service.stop();
      await rm(directory, { recursive: true });
    },
  };
}
