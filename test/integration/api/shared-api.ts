import { afterAll } from '@jest/globals';
import { Authorizer } from '../../../src/auth/authorizer.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { arrayOf, parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { operatorCaller, type TestCaller } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';
import { until } from '../../support/until.ts';
import { type ApiClient, connectApi } from './api-client.ts';

/** Set by the runner: a JSON array with the addresses of the replicas that all test files share. */
const variable = 'WFE_TEST_API_REPLICAS';

/**
 * Clients of the two API replicas that the runner has started for all test files: without a reconciler and without a rate
 * limit, for all namespaces. Call it at the top level of a test file.
 */
export async function sharedApi(): Promise<readonly [ApiClient, ApiClient]> {
  const kubernetes = new KubernetesClient(sharedCluster());
  const caller = await operatorCaller(kubernetes);
  await untilOperator(kubernetes, caller);
  const connections = addresses().map((address) => connectApi(address, caller));
  afterAll(() => connections.forEach((connection) => connection.close()));
  const [first, second] = connections;
  if (first === undefined || second === undefined) throw new Error(`${variable} does not name two replicas`);
  return [first.api, second.api];
}

/**
 * Waits until the API server applies the rights of a caller on executions in a namespace, by default in all. Call it before the
 * first call to a shared replica: they cache a refusal for seconds.
 */
export async function untilOperator(
  kubernetes: KubernetesClient,
  { username }: TestCaller,
  namespace?: string,
): Promise<void> {
  const authorizer = new Authorizer(kubernetes, { authCacheMs: 0 });
  const create = { group: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions', verb: 'create', namespace };
  const caller = { username, groups: [], extra: {} };
  await until(`${username} may create executions`, () => authorizer.allows(caller, create));
}

function addresses(): Pick<ApiClient, 'url' | 'grpcAddress'>[] {
  const text = process.env[variable];
  if (!text) throw new Error(`${variable} is not set: run the integration tests with \`npm test -- integration\``);
  return arrayOf(parseJson(text)).map((replica) => {
    const { http, grpc } = recordOf(replica);
    return { url: `http://${String(http)}`, grpcAddress: String(grpc) };
  });
}
