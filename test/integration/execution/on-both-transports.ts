import { afterAll, beforeAll, describe } from '@jest/globals';
import { toGrpcField } from '../../../src/execution/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import type { ApiCaller } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** What a test of the contract works with; all of it is there once the tests run. */
export interface Contract {
  /** Asks the replica that most of a test speaks to. */
  readonly caller: ApiCaller;
  /** Asks another replica. */
  readonly other: ApiCaller;
  /** Name of a namespace that is the test's own. */
  readonly namespace: string;
  readonly kubernetes: KubernetesClient;
  /** A field that is named as in the resource, as the transport names it. */
  spelled(field: string): string;
}

/** The same tests over both transports, with two replicas on the real API server. */
export function onBothTransports(purpose: string, tests: (contract: Contract) => void): void {
  describe.each([
    ['REST', restCaller],
    ['gRPC', grpcCaller],
  ] as const)('the execution API over %s', (transport, callerOf) => {
    const kubernetes = new KubernetesClient(sharedCluster());
    let namespace: TestNamespace;
    let replicas: readonly RunningApi[] = [];

    beforeAll(async () => {
      namespace = await createNamespace(kubernetes, purpose);
      replicas = [await startApi(serviceCluster()), await startApi(serviceCluster())];
      for (const replica of replicas) {
        await until('the API serves lists', async () => (await callerOf(replica).list('-')).ok !== undefined);
      }
    });

    afterAll(async () => {
      for (const replica of replicas) await replica.stop();
      await namespace.delete();
    });

    const callerTo = (index: number): ApiCaller => {
      const [replica] = replicas.slice(index, index + 1);
      if (replica === undefined) throw new Error('no replica runs yet');
      return callerOf(replica);
    };

    tests({
      kubernetes,
      get caller() {
        return callerTo(0);
      },
      get other() {
        return callerTo(1);
      },
      get namespace() {
        return namespace.name;
      },
      spelled: (field) => (transport === 'gRPC' ? toGrpcField(field.split('.')) : field),
    });
  });
}
