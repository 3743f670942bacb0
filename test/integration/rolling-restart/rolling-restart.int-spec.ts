import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type {
  CreateWorkflowExecutionResponse,
  GetWorkflowExecutionResponse,
} from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { resourceName } from '../../../src/execution/names.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { freePorts } from '../../cluster/ports.ts';
import { operatorCaller } from '../../support/callers.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { type ServiceProcess, startService } from '../../support/service.ts';
import { createRequest } from '../execution/grpc-caller.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { ResumingWatch } from './resuming-watch.ts';
import { RetryingClient, type ReplicaAddress } from './retrying-client.ts';

const workers = 4;
const rounds = 2;

const kubernetes = new KubernetesClient(sharedCluster());
let namespace: TestNamespace;
let directory: string;
let replicas: { readonly address: ReplicaAddress; service: ServiceProcess }[] = [];

/** Starts a replica; always at the same address, as behind a Service. */
async function start({ http, grpc }: ReplicaAddress): Promise<ServiceProcess> {
  const cluster = {
    kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
    kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
  };
  return startService({
    kubeconfig: await serviceKubeconfig(cluster, directory),
    settings: {
      WFE_HTTP_ADDRESS: http,
      WFE_GRPC_ADDRESS: grpc,
      WFE_WATCH_NAMESPACES: namespace.name,
      WFE_LEADER_ELECTION: 'false',
      WFE_RATE_LIMIT: '0',
      WFE_DRAIN_DELAY: '500ms',
    },
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'workflow-execution-rolling-'));
  namespace = await createNamespace(kubernetes, 'rolling');
  const { a, b, c, d } = await freePorts(['a', 'b', 'c', 'd']);
  const addresses = [
    { http: `127.0.0.1:${a}`, grpc: `127.0.0.1:${b}` },
    { http: `127.0.0.1:${c}`, grpc: `127.0.0.1:${d}` },
  ];
  replicas = await Promise.all(addresses.map(async (address) => ({ address, service: await start(address) })));
}, 60_000);

afterAll(async () => {
  for (const { service } of replicas) await service.stop();
  await namespace.delete();
  await rm(directory, { recursive: true });
});

it('a client that retries as told sees no failed call while both replicas are restarted under load', async () => {
  const { token } = await operatorCaller(kubernetes);
  const client = new RetryingClient(
    replicas.map(({ address }) => address),
    token,
  );
  const watch = new ResumingWatch(client, namespace.name);
  const watching = watch.run();
  const load = new Load(client);
  const working = Promise.allSettled(Array.from({ length: workers }, (_, index) => load.work(index)));

  for (let round = 0; round < rounds; round++) {
    for (const replica of replicas) {
      const before = load.calls;
      await until('there is load', () => load.calls > before + 50);
      await replica.service.stop();
      replica.service = await start(replica.address);
    }
  }
  load.stop();
  const failed = (await working).filter(({ status }) => status === 'rejected');
  const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });

  expect(failed).toEqual([]);
  expect(items.map(({ metadata }) => metadata.uid).sort()).toEqual([...load.created.values()].sort());
  await until('the watch has the state of the cluster', async () => {
    const { items: now } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });
    const picture = now.map(({ metadata }) => [resourceName(metadata), metadata.resourceVersion] as const);
    return (
      picture.length === watch.picture.size && picture.every(([name, version]) => watch.picture.get(name) === version)
    );
  });
  watch.stop();
  await watching;
  client.close();

  expect(watch.failure).toBeUndefined();
  expect(watch.resumed).toBeGreaterThan(0);
  console.log(
    `${load.calls} calls, ${client.retries} tried again, ${load.created.size} executions; ` +
      `the watch was resumed ${watch.resumed} times and begun anew ${watch.startedAnew} times`,
  );
}, 120_000);

/** Calls of every kind, over both transports, until it is stopped. */
class Load {
  calls = 0;
  /** Request ids and the uids of what was created for them. */
  readonly created = new Map<string, string>();
  readonly #client: RetryingClient;
  #stopped = false;

  constructor(client: RetryingClient) {
    this.#client = client;
  }

  stop(): void {
    this.#stopped = true;
  }

  async work(worker: number): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const requestId = `rolling-${worker}-${turn}`;
      const name = worker % 2 === 0 ? await this.#createOverRest(requestId) : await this.#createOverGrpc(requestId);
      for (let read = 0; read < 10 && !this.#stopped; read++) {
        await this.#client.overRest(`${this.#path}/${name}`);
        await this.#client.overRest(`${this.#path}?limit=5`);
        await this.#client.overGrpc<GetWorkflowExecutionResponse>((grpc, done) =>
          grpc.getWorkflowExecution({ name: resourceName({ namespace: namespace.name, name }) }, done),
        );
        this.calls += 3;
      }
    }
  }

  get #path(): string {
    return `/api/v1/namespaces/${namespace.name}/workflowexecutions`;
  }

  async #createOverRest(requestId: string): Promise<string> {
    const answer = await this.#client.overRest(`${this.#path}?requestId=${requestId}`, {
      method: 'POST',
      body: JSON.stringify({ spec: aSpec() }),
    });
    const { metadata } = answer as { metadata: { name: string; uid: string } };
    this.created.set(requestId, metadata.uid);
    this.calls += 1;
    return metadata.name;
  }

  async #createOverGrpc(requestId: string): Promise<string> {
    const request = createRequest(namespace.name, { requestId, spec: aSpec() });
    const { workflowExecution } = await this.#client.overGrpc<CreateWorkflowExecutionResponse>((grpc, done) =>
      grpc.createWorkflowExecution(request, done),
    );
    this.created.set(requestId, workflowExecution?.uid ?? '');
    this.calls += 1;
    return workflowExecution?.name.split('/').at(-1) ?? '';
  }
}
