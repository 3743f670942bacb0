import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { installationLeaseName } from '../../../src/reconciler/installation.ts';
import { requireResources } from '../../../src/health/preflight.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { freePorts } from '../../cluster/ports.ts';
import { startService } from '../../support/service.ts';
import { healthOf } from '../api/health.ts';
import { sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer } from '../support/faults.ts';
import { until } from '../../support/until.ts';

const kubeconfig = process.env['WFE_TEST_KUBECONFIG'] ?? '';
/** Isolates a service from the executions of other tests. */
const apart = { WFE_WATCH_NAMESPACES: 'of-nobody', WFE_LEADER_ELECTION: 'false' };
const config = sharedCluster();

let directory: string;

beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'workflow-execution-start-'))));
afterAll(async () => {
  await rm(directory, { recursive: true });
  await config.close();
});

describe('the service', () => {
  it.concurrent('rejects an invalid setting', async () => {
    const refused = await refusal({ kubeconfig, settings: { ...apart, WFE_RESYNC: 'often' } });
    expect(refused).toContain("WFE_RESYNC is 'often'");
  });

  it.concurrent('rejects a kubeconfig whose server does not respond', async () => {
    const file = await kubeconfigFor('https://127.0.0.1:1');
    const sentence = await refusal({ kubeconfig: file });
    expect(sentence).toContain(file);
    expect(sentence).toContain('ECONNREFUSED');
  });

  it.concurrent.each([
    [
      'the CRD',
      '/apis/workflowexecution.kubernaut.ai/v1alpha1',
      /workflowexecutions\.workflowexecution\.kubernaut\.ai\/v1alpha1.+kubectl apply/,
    ],
    ['Tekton', '/apis/tekton.dev/v1', /pipelineruns\.tekton\.dev\/v1.+https:\/\/tekton\.dev/],
  ])('rejects a cluster without %s and explains how to install it', async (_what, path, sentence) => {
    await using proxy = await new FaultProxy(config).listen();
    proxy.inject({ path }, answer(404, { headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }));
    await expect(refusal({ kubeconfig: await kubeconfigFor(proxy.url) })).resolves.toMatch(sentence);
  });

  it.concurrent('rejects a cluster that another installation reconciles and names it', async () => {
    await using proxy = await new FaultProxy(config).listen();
    const name = installationLeaseName;
    const metadata = { namespace: 'kube-system', name, resourceVersion: '1' };
    const lease = { metadata, spec: { holderIdentity: 'remediation' } };
    proxy.inject({ path: `/namespaces/kube-system/leases/${name}` }, answer(200, { body: JSON.stringify(lease) }));

    await expect(refusal({ kubeconfig: await kubeconfigFor(proxy.url) })).resolves.toContain('namespace remediation');
  });

  // The two kinds of servers: Nest's for HTTP and that of grpc-js.
  it.concurrent.each(['WFE_METRICS_ADDRESS', 'WFE_GRPC_ADDRESS'])(
    'refuses to start when the address in %s is in use',
    async (setting) => {
      await using taken = await listener();
      const sentence = await refusal({ kubeconfig, settings: { ...apart, [setting]: `127.0.0.1:${taken.port}` } });
      expect(sentence).toContain(`${setting} 127.0.0.1:${taken.port}`);
      expect(sentence).toContain('address already in use');
    },
  );

  it.concurrent.each([
    ['[::1]', ['[::1]']],
    ['[::]', ['[::1]', '127.0.0.1']],
  ])('listens on all four ports at %s', async (host, clients) => {
    const { http, grpc, metrics, health } = await freePorts(['http', 'grpc', 'metrics', 'health']);
    const addresses = {
      ...{ WFE_HTTP_ADDRESS: `${host}:${http}`, WFE_GRPC_ADDRESS: `${host}:${grpc}` },
      ...{ WFE_METRICS_ADDRESS: `${host}:${metrics}`, WFE_HEALTH_ADDRESS: `${host}:${health}` },
    };
    const service = await startService({ kubeconfig, settings: { ...apart, ...addresses, WFE_PLAINTEXT: 'true' } });

    for (const client of clients) {
      const pages = [`${http}/openapi.json`, `${metrics}/metrics`, `${health}/livez`];
      const answers = await Promise.all(pages.map((page) => fetch(`http://${client}:${page}`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const grpcAddress = `${client}:${grpc}`;
      await until(`${grpcAddress} is healthy`, async () => (await healthOf({ grpcAddress })) === 'SERVING');
    }
    await service.stop();
  });

  it.concurrent.each(['SIGTERM', 'SIGINT'] as const)('exits with code 0 after %s', async (signal) => {
    const service = await startService({ kubeconfig, settings: apart });
    await service.stop(signal);

    await expect(service.exited).resolves.toEqual({ code: 0, signal: null });
  });

  it.concurrent('warns of unknown settings and starts', async () => {
    const service = await startService({ kubeconfig, settings: { ...apart, WFE_WORKRES: '3' } });
    await service.stop();

    const warnings = service.log.filter((line) => line.includes('WFE_WORKRES'));
    expect(warnings.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'warn', variable: 'WFE_WORKRES' }),
    ]);
  });
});

it('a resource that the API server does not serve is missing', async () => {
  const client = new KubernetesClient(config);
  const remedy = 'Install it.';
  const missing = { group: 'not.installed', version: 'v1', plural: 'things', remedy };
  const unserved = { group: 'coordination.k8s.io', version: 'v1', plural: 'things', remedy };
  const served = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', remedy };

  await expect(requireResources(client, [served])).resolves.toBeUndefined();
  await expect(requireResources(client, [served, missing])).rejects.toThrow(/things\.not\.installed\/v1.+Install it/);
  await expect(requireResources(client, [served, unserved])).rejects.toThrow('things.coordination.k8s.io/v1');
});

/** Starts the service, which must exit with code 1 and one line after its log; returns that line without its prefix. */
async function refusal(options: Parameters<typeof startService>[0]): Promise<string> {
  const wrapper = ['sh', '-c', 'exec "$@" 2>&1', 'sh'];
  const attempt: unknown = await startService({ ...options, wrapper }).then(
    () => 'it started',
    (error: unknown) => error,
  );
  const [ending, ...lines] = attempt instanceof Error ? attempt.message.split('\n') : [String(attempt)];
  expect(ending).toBe('The service ended with exit code 1:');
  const [said, ...rest] = lines.filter((line) => !line.startsWith('{'));
  expect(rest).toEqual([]);
  expect(lines.at(-1)).toBe(said);
  const beginning = 'workflow-execution cannot start: ';
  expect(said).toMatch(new RegExp(`^${beginning}`));
  return said?.slice(beginning.length) ?? '';
}

/** Writes a kubeconfig for a server and returns its path. */
async function kubeconfigFor(server: string): Promise<string> {
  const file = join(directory, `kubeconfig-${new URL(server).port}`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'nobody' } }],
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'nobody', user: {} }],
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

/** A port of 127.0.0.1 that is in use until it is disposed of. */
async function listener(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
