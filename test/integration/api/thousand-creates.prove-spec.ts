import { randomInt } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { Random } from '../../chaos/plan/random.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { loseAnswer, reset } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { type RunningApi, startApi } from './running-api.ts';

const ids = 250;
const createsOfEach = 4;
const concurrency = 16;
/** Bytes in both directions; a create and its answer have about 4,000. */
const maxConnectionBytes = 50_000;
const creates = { method: 'POST', path: /\/workflowexecutions$/ };

const kubernetes = new KubernetesClient(sharedCluster());
let namespace: TestNamespace;
let proxy: FaultProxy;
let replicas: RunningApi[];

beforeAll(async () => {
  namespace = await createNamespace(kubernetes, 'thousand');
  proxy = await new FaultProxy(apiCluster()).listen();
  replicas = [await startApi(proxy.kubeConfig()), await startApi(proxy.kubeConfig())];
});

afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await proxy.close();
  await namespace.delete();
});

it('a thousand creates with repeated request ids and cut connections create one execution for each id', async () => {
  const seed = Number(process.env['WFE_TEST_SEED'] ?? randomInt(2 ** 31));
  console.log(`seed ${seed}: WFE_TEST_SEED=${seed} repeats it`);
  const random = new Random(seed);
  const roll = () => random.next();
  const upstream = new LossyUpstream(proxy, roll);
  const proxies = await Promise.all(replicas.map(({ url }) => cuttingProxy(Number(new URL(url).port), roll)));

  const todo = Array.from({ length: ids * createsOfEach }, (_, index) => `request-${index % ids}`);
  const answered = new Map<string, Set<string>>();
  const work = async () => {
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      const uids = answered.get(id) ?? new Set<string>();
      answered.set(id, uids.add(await createdUid(id, proxies, roll)));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  upstream.clear();
  for (const each of proxies) each.close();

  const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });
  expect(items).toHaveLength(ids);
  expect([...answered.values()].map(({ size }) => size)).toEqual(Array.from({ length: ids }, () => 1));
  expect(new Set([...answered.values()].flatMap((uids) => [...uids]))).toEqual(
    new Set(items.map((item) => item.metadata.uid)),
  );
  expect(upstream.losses).toBeGreaterThan(20);
  expect(proxies.reduce((sum, { cuts }) => sum + cuts, 0)).toBeGreaterThan(20);
}, 120_000);

/** Creates until there is an answer; returns the UID of the execution. Retries only 503 and lost answers. */
async function createdUid(requestId: string, proxies: readonly CuttingProxy[], roll: () => number): Promise<string> {
  for (;;) {
    const through = proxies[Math.floor(roll() * proxies.length)];
    const url = `http://127.0.0.1:${through?.port}/api/v1/namespaces/${namespace.name}/workflowexecutions?requestId=${requestId}`;
    const spec = aSpec({ targetResource: `payment/deployment/${requestId}` });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...replicas[0]?.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ spec }),
    }).catch(() => undefined);
    const body = await answer?.json().catch(() => undefined);
    if (body === undefined || answer?.status === 503) continue;
    expect({ status: answer?.status, body: answer?.status === 201 ? '' : body }).toEqual({ status: 201, body: '' });
    return (body as { metadata: { uid: string } }).metadata.uid;
  }
}

/** Loses some requests between the service and the API server, and some answers. */
class LossyUpstream {
  losses = 0;
  readonly #injection: { remove(): void };

  constructor(to: FaultProxy, roll: () => number) {
    const [lost, unanswered] = [reset(), loseAnswer()];
    this.#injection = to.inject(creates, (exchange) => {
      const rolled = roll();
      if (rolled > 0.3) return exchange.pass();
      this.losses += 1;
      return rolled < 0.15 ? lost(exchange) : unanswered(exchange);
    });
  }

  clear(): void {
    this.#injection.remove();
  }
}

interface CuttingProxy {
  readonly port: number;
  readonly cuts: number;
  close(): void;
}

/** A TCP proxy to a replica that cuts every connection after some bytes, within a request or an answer. */
async function cuttingProxy(to: number, roll: () => number): Promise<CuttingProxy> {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const service = connect(to, '127.0.0.1');
    let left = Math.floor(roll() * maxConnectionBytes);
    const end = () => [client, service].forEach((socket) => socket.destroy());
    for (const [from, into] of [
      [client, service],
      [service, client],
    ] as const) {
      sockets.add(from);
      from.on('error', end).on('close', end);
      from.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left > 0) return void into.write(chunk);
        cuts += 1;
        end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get cuts() {
      return cuts;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
