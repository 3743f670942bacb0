import { afterAll, beforeAll, describe } from '@jest/globals';
import { toGrpcField } from '../../../src/api/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import type { ApiCaller } from './api-caller.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { sharedApi } from './shared-api.ts';

/** The environment of a contract test. */
export interface Contract {
  /** Calls the first replica. */
  readonly caller: ApiCaller;
  /** Calls the second replica. */
  readonly other: ApiCaller;
  /** Name of the namespace of this file and transport, which exists once the tests run. */
  readonly namespace: string;
  readonly kubernetes: KubernetesClient;
  /** A field of the resource as the transport spells it. */
  spelled(field: string): string;
}

/** Runs the same tests over both transports, on the shared replicas. Call it at the top level of a test file. */
export async function onBothTransports(purpose: string, tests: (contract: Contract) => void): Promise<void> {
  const [first, second] = await sharedApi();
  const kubernetes = new KubernetesClient(sharedCluster());
  describe.each([
    ['REST', restCaller, (field: string) => field],
    ['gRPC', grpcCaller, (field: string) => toGrpcField(field.split('.'))],
  ] as const)('the execution API over %s', (_transport, callerOf, spelled) => {
    let namespace: TestNamespace;

    beforeAll(async () => {
      namespace = await createNamespace(kubernetes, purpose);
    });

    afterAll(() => namespace.delete());

    tests({
      kubernetes,
      caller: callerOf(first),
      other: callerOf(second),
      get namespace() {
        return namespace.name;
      },
      spelled,
    });
  });
}
