import { createServer, type Server } from 'node:https';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { freePorts } from '../../cluster/ports.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { applyProduct, kubectl } from '../../support/product.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const alice = 'alice@example.org';
const clientId = 'kubernetes';

describe('a person with a token of the OIDC provider of the cluster', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let directory: string;
  let url: string;
  let provider: Server;
  let cluster: Cluster;
  let service: ServiceProcess;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-oidc-'));
    await startProvider();
    const apiServerArgs = [
      ...[`--oidc-issuer-url=${url}`, `--oidc-ca-file=${join(directory, 'ca.crt')}`, `--oidc-client-id=${clientId}`],
      '--oidc-username-claim=email',
    ];
    cluster = await startCluster({
      name: `oidc-${process.pid}`,
      level: 'tekton',
      ignoreKubeconfig: true,
      apiServerArgs,
    });
    await applyProduct(cluster);
    const role = ['--clusterrole=workflow-execution-operator', `--user=${alice}`];
    await kubectl(cluster, 'create', 'rolebinding', 'alice', '-n', 'default', ...role);
    const kubeconfig = await serviceKubeconfig(cluster, directory, 'api');
    // As docs/api.md describes it: the second one is the audience of the API server.
    const audiences = 'workflow-execution,https://kubernetes.default.svc';
    service = await startService({
      kubeconfig,
      settings: { WFE_ROLES: 'api', WFE_AUTH_AUDIENCES: audiences, WFE_AUTH_CACHE: '1s' },
    });
  });

  afterAll(async () => {
    await service.stop();
    await cluster.stop();
    provider.close();
    await rm(directory, { recursive: true });
  });

  /** Serves the discovery document and the key (OpenID Connect Discovery 1.0), which is all that the API server reads. */
  async function startProvider(): Promise<void> {
    const authority = await certificateAuthority('OIDC');
    await writeFile(join(directory, 'ca.crt'), authority.cert);
    const { provider: port } = await freePorts(['provider']);
    url = `https://127.0.0.1:${port}`;
    const documents: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': {
        ...{ issuer: url, jwks_uri: `${url}/keys`, response_types_supported: ['id_token'] },
        ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
      },
      '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    };
    provider = createServer(await authority.issue('127.0.0.1'), (request, response) => {
      const document = documents[request.url ?? ''];
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document ?? {}));
    });
    await once(provider.listen(port, '127.0.0.1'), 'listening');
  }

  /** An ID token as the provider issues it. */
  function tokenFor(email: string, audience = clientId): string {
    const now = Math.floor(Date.now() / 1000);
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
    const claims = { iss: url, sub: email, aud: audience, email, email_verified: true, iat: now, exp: now + 3600 };
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }

  async function create(name: string, token: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`http://${service.http}/api/v1/namespaces/default/workflowexecutions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name }, spec: aSpec({ targetResource: 'default/deployment/api' }) }),
    });
    return { status: response.status, body: await response.json() };
  }

  it('creates an execution under their own name', async () => {
    // The API server fetches the key in the background.
    await until('the API server knows the provider', async () => (await create('own', tokenFor(alice))).status === 201);

    const stored = await kubectl(
      cluster,
      'get',
      'wfe',
      'own',
      '-n',
      'default',
      '-o',
      'jsonpath={.metadata.annotations}',
    );
    expect(JSON.parse(stored)).toMatchObject({ 'workflowexecution.kubernaut.ai/created-by': alice });
  });

  it('needs rights, and a token for the cluster', async () => {
    await expect(create('bob', tokenFor('bob@example.org'))).resolves.toMatchObject({ status: 403 });
    await expect(create('other', tokenFor(alice, 'another client'))).resolves.toMatchObject({ status: 401 });
  });
});
