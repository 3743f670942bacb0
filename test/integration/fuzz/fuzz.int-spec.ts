import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { withToken } from '../../support/callers.ts';
import { grpcCaller } from '../execution/grpc-caller.ts';
import { restCaller } from '../execution/rest-caller.ts';
import { type RunningApi, startApi } from '../execution/running-api.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { send, type RawAnswer, type RawRequest } from '../support/raw-request.ts';
import { until } from '../support/until.ts';
import { anyGrpcRequest, type GrpcRequest } from './grpc-requests.ts';
import { anyRestRequest } from './rest-requests.ts';

const requestsOfEach = 2_600;
const atOnce = 16;
const service = 'kubernaut.workflowexecution.v1.WorkflowExecutionService';
const seed = Number(process.env['WFE_TEST_SEED'] ?? randomInt(2 ** 31));

let namespace: TestNamespace;
let api: RunningApi;

beforeAll(async () => {
  console.log(`seed ${seed}: WFE_TEST_SEED=${seed} repeats it`);
  namespace = await createNamespace(new KubernetesClient(sharedCluster()), 'fuzz');
  api = await startApi(serviceCluster());
  await until('it serves', async () => (await restCaller(api).list('-')).ok !== undefined);
  await restCaller(api).create(namespace.name, { name: 'we-1', spec: aSpec() });
});

afterAll(async () => {
  await api.stop();
  await namespace.delete();
});

/** Sends everything, some at once; the complaints, each with what it was about. */
async function complaintsAbout<T>(requests: readonly T[], ask: (request: T) => Promise<string | undefined>) {
  const todo = [...requests];
  const complaints: string[] = [];
  const work = async () => {
    for (let request = todo.pop(); request !== undefined; request = todo.pop()) {
      const complaint = await ask(request);
      if (complaint !== undefined) complaints.push(`${complaint}\n  ${shown(request)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return complaints;
}

function shown(request: unknown): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    value instanceof Object && 'type' in value && value.type === 'Buffer' && 'data' in value
      ? Buffer.from(value.data as number[])
          .toString('base64')
          .slice(0, 2_000)
      : value,
  ).slice(0, 4_000);
}

async function askRest(request: RawRequest): Promise<string | undefined> {
  const answer = await send(api, request);
  const { status: code, body } = answer;
  if (code < 200 || code >= 500) return `HTTP ${code} ${body.slice(0, 500)}`;
  if (code < 400 || request.method === 'HEAD') return undefined;
  return isProblem(answer) ? undefined : `HTTP ${code} without a problem: ${body.slice(0, 500)}`;
}

function isProblem({ status: code, headers, body }: RawAnswer): boolean {
  if (!headers.includes('application/problem+json')) return false;
  const problem = JSON.parse(body) as { type?: string; status?: number; detail?: string };
  return problem.status === code && problem.detail !== '' && problem.type?.startsWith('urn:') === true;
}

const unwanted: readonly number[] = [status.UNKNOWN, status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS];

function askGrpc(client: Client, { method, bytes }: GrpcRequest): Promise<string | undefined> {
  const same = (value: Buffer) => value;
  const complaintOf = (error: { code: number; details: string } | null) =>
    error !== null && unwanted.includes(error.code) ? `gRPC ${status[error.code]} ${error.details}` : undefined;
  return new Promise((resolve) => {
    const path = `/${service}/${method}`;
    if (!/^(Watch|Stream)/.test(method)) {
      client.makeUnaryRequest(path, same, same, bytes, (error) => resolve(complaintOf(error)));
      return;
    }
    // A watch that is granted has no end of its own.
    const stream = client.makeServerStreamRequest(path, same, same, bytes);
    stream.once('data', () => stream.cancel());
    stream.once('error', (error: { code: number; details: string } & Error) => resolve(complaintOf(error)));
    stream.once('end', () => resolve(undefined));
  });
}

it('nothing that is sent over REST is the fault of the service', async () => {
  const requests = fc.sample(anyRestRequest(namespace.name), { seed, numRuns: requestsOfEach });

  expect(await complaintsAbout(requests, askRest)).toEqual([]);
  expect((await restCaller(api).get(namespace.name, 'we-1')).error?.kind ?? 'OK').toMatch(/^(OK|NOT_FOUND)$/);
}, 120_000);

it('nothing that is sent over gRPC is the fault of the service', async () => {
  const requests = fc.sample(anyGrpcRequest(namespace.name), { seed, numRuns: requestsOfEach });
  const interceptors = [withToken(api.caller?.token ?? '')];
  const client = new Client(api.grpcAddress, credentials.createInsecure(), { interceptors });

  const complaints = await complaintsAbout(requests, (request) => askGrpc(client, request));
  client.close();

  expect(complaints).toEqual([]);
  expect((await grpcCaller(api).get(namespace.name, 'we-1')).error?.kind ?? 'OK').toMatch(/^(OK|NOT_FOUND)$/);
}, 120_000);

/** Bytes that are in use when nothing can be collected any more. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

/** Less than what a thousand of these requests are themselves. */
const mayGrowBytes = 4 * 1024 * 1024;

it('nothing that is sent stays in memory', async () => {
  const rest = fc.sample(anyRestRequest(namespace.name), { seed: seed + 1, numRuns: requestsOfEach });
  // Caches fill, code is compiled.
  await complaintsAbout(rest.slice(0, 600), askRest);
  const before = heapInUse();

  await complaintsAbout(rest.slice(600), askRest);

  console.log(`${rest.length - 600} requests: ${((heapInUse() - before) / 1024).toFixed(0)} KiB more in use`);
  expect(heapInUse() - before).toBeLessThan(mayGrowBytes);
}, 120_000);
