import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster } from '../../cluster/index.ts';
import type { Cluster } from '../../cluster/index.ts';
import { kubectl } from '../../support/product.ts';
import { startService } from '../../support/service.ts';

const crdFile = join(import.meta.dirname, '../../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml');
const kubeconfig = process.env['WFE_TEST_KUBECONFIG'] ?? '';
/** Other tests have executions on this cluster, and reconcilers for them. */
const apart = { WFE_WATCH_NAMESPACES: 'of-nobody', WFE_LEADER_ELECTION: 'false' };

let directory: string;

beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'workflow-execution-start-'))));
afterAll(() => rm(directory, { recursive: true }));

describe('the service does not start, and says why in a sentence,', () => {
  it('on a setting that breaks its rule', async () => {
    const refused = await refusal({ kubeconfig, settings: { ...apart, WFE_RESYNC: 'often' } });
    expect(refused).toBe("WFE_RESYNC is 'often' but must be a duration from 1s to 24h (90s, 5m, 1h30m)");
  });

  it('without the kubeconfig that it was given', async () => {
    const missing = join(directory, 'missing');
    await expect(refusal({ kubeconfig: missing })).resolves.toBe(`The kubeconfig ${missing} does not exist`);
  });

  it('with a kubeconfig that is none', async () => {
    const file = join(directory, 'nonsense');
    await writeFile(file, 'hello: [');
    await expect(refusal({ kubeconfig: file })).resolves.toContain(`The kubeconfig ${file} cannot be used`);
  });

  it('with a kubeconfig that points nowhere', async () => {
    const file = join(directory, 'nowhere');
    await writeFile(file, kubeconfigFor(`https://127.0.0.1:${await unusedPort()}`));
    const sentence = await refusal({ kubeconfig: file });
    expect(sentence).toContain(file);
    expect(sentence).toContain('ECONNREFUSED');
  });

  it.each(['WFE_HTTP_ADDRESS', 'WFE_GRPC_ADDRESS', 'WFE_METRICS_ADDRESS', 'WFE_HEALTH_ADDRESS'])(
    'when the address in %s is taken',
    async (setting) => {
      await using taken = await listener();
      const sentence = await refusal({ kubeconfig, settings: { ...apart, [setting]: `127.0.0.1:${taken.port}` } });
      expect(sentence).toContain(`${setting} 127.0.0.1:${taken.port} can not be used: `);
      expect(sentence).toContain('address already in use');
    },
  );

  describe('on a cluster', () => {
    let bare: Cluster;

    beforeAll(
      async () => (bare = await startCluster({ name: `bare-${process.pid}`, level: 'api', ignoreKubeconfig: true })),
    );
    afterAll(() => bare.stop());

    it('without the CRD, and then without Tekton', async () => {
      await expect(refusal({ kubeconfig: bare.kubeconfig })).resolves.toBe(
        'The cluster does not know workflowexecutions.workflowexecution.kubernaut.ai/v1alpha1. ' +
          'Apply the CRD: kubectl apply --server-side -k deploy/base',
      );

      await kubectl(bare, 'apply', '--server-side', '-f', crdFile);
      await kubectl(bare, 'wait', '--for=condition=Established', '-f', crdFile, '--timeout=30s');

      await expect(refusal({ kubeconfig: bare.kubeconfig })).resolves.toBe(
        'The cluster does not know pipelineruns.tekton.dev/v1. ' +
          'Install Tekton Pipelines v1: https://tekton.dev/docs/installation/pipelines/',
      );
    });
  });
});

describe('the service', () => {
  it('names in a warning what looks like a setting and is none, and starts all the same', async () => {
    const service = await startService({ kubeconfig, settings: { ...apart, WFE_WORKRES: '3' } });
    await service.stop();

    const warnings = service.log.filter((line) => line.includes('not a setting of this service'));
    expect(warnings.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'warn', variable: 'WFE_WORKRES' }),
    ]);
  });
});

/** Starts the service, which must end by itself with exit code 1 and one line; that line, without its beginning. */
async function refusal(options: Parameters<typeof startService>[0]): Promise<string> {
  const attempt: unknown = await startService(options).then(
    () => 'it started',
    (error: unknown) => error,
  );
  const [ending, ...lines] = attempt instanceof Error ? attempt.message.split('\n') : [String(attempt)];
  expect(ending).toBe('The service ended with exit code 1:');
  const [said, ...rest] = lines.filter((line) => !line.startsWith('{'));
  expect(rest).toEqual([]);
  const beginning = 'workflow-execution can not start: ';
  expect(said).toMatch(new RegExp(`^${beginning}`));
  return said?.slice(beginning.length) ?? '';
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'nowhere',
    contexts: [{ name: 'nowhere', context: { cluster: 'nowhere', user: 'nobody' } }],
    clusters: [{ name: 'nowhere', cluster: { server } }],
    users: [{ name: 'nobody', user: { token: 'none' } }],
  });
}

/** A port of 127.0.0.1 that something listens on, until it is disposed of. */
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

async function unusedPort(): Promise<number> {
  await using used = await listener();
  return used.port;
}
