import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGrpcField } from '../../../src/execution/grpc/field-path.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { grpcCaller } from './grpc-caller.ts';
import { restCaller } from './rest-caller.ts';
import { type RunningApi, startApi } from './running-api.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;
let api: RunningApi;

beforeAll(async () => {
  namespace = await createNamespace(client, 'policy');
  api = await startApi(serviceCluster(), {
    WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*',
    WFE_ALLOWED_SERVICE_ACCOUNTS: '*:workflow-execution-sa',
  });
});

afterAll(async () => {
  await api.stop();
  await namespace.delete();
  await config.close();
});

describe.each([
  ['REST', () => restCaller(api), (field: string) => field],
  ['gRPC', () => grpcCaller(api), (field: string) => toGrpcField(field.split('.'))],
] as const)('over %s', (_transport, callerOf, spelled) => {
  it('an execution that the policy does not allow is refused with every field that breaks it, and not made', async () => {
    const spec = aSpec({
      workflowRef: { ...aSpec().workflowRef, containerImage: 'quay.io/kubernaut-evil/oomkill:v1' },
      executionConfig: { serviceAccountName: 'admin' },
    });

    const { error } = await callerOf().create(namespace.name, { name: 'refused', spec });

    expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT' });
    expect(error?.rules).toEqual({
      [spelled('spec.workflowRef.containerImage')]:
        'must be of a repository that WFE_ALLOWED_BUNDLES allows (quay.io/kubernaut/*), and it is quay.io/kubernaut-evil/oomkill',
      [spelled('spec.executionConfig.serviceAccountName')]:
        `must be one that WFE_ALLOWED_SERVICE_ACCOUNTS allows in namespace ${namespace.name} (workflow-execution-sa), and it is admin`,
    });
    const { items } = await client.list(workflowExecutionResource, { namespace: namespace.name });
    expect(items.map(({ metadata }) => metadata.name)).not.toContain('refused');
  });

  it('an execution that it allows is made', async () => {
    const { ok } = await callerOf().create(namespace.name, { spec: aSpec() });
    expect(ok?.serviceAccountName).toBe('workflow-execution-sa');
  });
});
