import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { InvalidError } from '../../../src/kubernetes/errors.ts';
import { finalizer } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';

const labels = (count: number, name: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`example.org/${name}-${i}`, 'x'] as const));
const finalizers = (count: number) => Array.from({ length: count }, (_, i) => `example.org/keep-${i}`);
const owners = (count: number, name = 'owner') =>
  Array.from({ length: count }, (_, i) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: `uid-${i}` }));
const managers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ manager: `manager-${i}`, operation: 'Apply', apiVersion: workflowExecutionApiVersion },
    ...{ fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:rationale': {} } } },
  }));

describe('the metadata of an execution leaves room for its status', () => {
  const config = sharedCluster();
  const client = new KubernetesClient(config);
  let namespace: TestNamespace;

  beforeAll(async () => {
    namespace = await createNamespace(client, 'size');
    await until('the policy is in force', () =>
      create('probe', { finalizers: finalizers(33) }).then(
        () => false,
        () => true,
      ),
    );
  });

  afterAll(async () => {
    await client.patch(workflowExecutionResource, keyOf('full'), { metadata: { finalizers: null } });
    await namespace.delete();
    await config.close();
  });

  const keyOf = (name: string) => ({ namespace: namespace.name, name });
  const create = (name: string, metadata: object) =>
    client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { ...keyOf(name), ...metadata },
      spec: aSpec({ targetResource: `${namespace.name}/deployment/${name}` }),
    });

  it.each([
    ['264 labels', { labels: labels(265, 'l') }],
    ['264 annotations', { annotations: labels(265, 'a') }],
    ['16384 characters', { labels: labels(128, 'k'.repeat(50)), annotations: labels(128, 'k'.repeat(50)) }],
    ['32 finalizers besides that of the service', { finalizers: finalizers(33) }],
    ['32 owner references', { ownerReferences: owners(33) }],
    ['1024 characters', { ownerReferences: owners(1, 'x'.repeat(1_024)) }],
    ['20 field managers', { managedFields: managers(21) }],
  ])('with at most %s', async (limit, metadata) => {
    const created = create('large', metadata);
    await expect(created).rejects.toThrow(InvalidError);
    await expect(created).rejects.toThrow(`at most ${limit}`);
  });

  it('also when it is changed', async () => {
    const full = {
      ...{ labels: labels(264, 'l'), annotations: labels(264, 'a'), finalizers: finalizers(32) },
      ownerReferences: owners(32),
    };
    const { metadata } = await create('full', { finalizers: full.finalizers });
    await expect(create('as-full', { ...full, finalizers: [] })).resolves.toBeDefined();

    const own = { metadata: { finalizers: [...full.finalizers, finalizer] } };
    await expect(client.patch(workflowExecutionResource, metadata, own)).resolves.toBeDefined();

    const grown = client.patch(workflowExecutionResource, metadata, { metadata: { finalizers: finalizers(33) } });
    await expect(grown).rejects.toThrow('at most 32 finalizers');
  });
});
