import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { finalizer } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { bind } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';

const own = 'workflowexecution.kubernaut.ai';

describe('the metadata that only the service may set', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  /** For requests on behalf of others. */
  const proxy = new FaultProxy(sharedCluster());
  let namespace: TestNamespace;
  let editor: KubernetesClient;
  let service: KubernetesClient;
  /** Has all verbs in the namespace. */
  let owner: KubernetesClient;
  /** Writes the status. */
  let writer: KubernetesClient;
  const unbind: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    await proxy.listen();
    namespace = await createNamespace(kubernetes, 'attestation');
    editor = await userWith('workflow-execution-operator', 'editor');
    service = await userWith('workflow-execution-api', 'service', 'everywhere');
    writer = await userWith('workflow-execution-controller', 'writer', 'everywhere');
    owner = await userWith('cluster-admin', 'owner');
    await until('the policy is in force', async () => !(await create(editor, 'probe', { 'created-by': 'x' })).ok);
  });

  afterAll(async () => {
    for (const remove of unbind) await remove();
    await namespace.delete();
    await proxy.close();
  });

  /** A ServiceAccount with a ClusterRole, in the namespace unless everywhere. */
  async function userWith(role: string, name: string, where?: 'everywhere'): Promise<KubernetesClient> {
    const { name: here } = namespace;
    unbind.push(await bind(kubernetes, role, { namespace: here, name }, where ?? { namespace: here }));
    const impersonateUser = `system:serviceaccount:${namespace.name}:${name}`;
    const client = new KubernetesClient(proxy.kubeConfig({ impersonateUser }));
    const list = () => client.list(workflowExecutionResource, { namespace: namespace.name });
    await until(`${name} has its rights`, async () => (await outcomeOf(list())).ok);
    return client;
  }

  /** Creates an execution with annotations and labels of the service. */
  const create = (by: KubernetesClient, name: string, annotations: Names, labels: Names = {}) => {
    const metadata = { name, namespace: namespace.name, annotations: owned(annotations), labels: owned(labels) };
    const { kind } = workflowExecutionResource;
    const spec = aSpec({ targetResource: `${namespace.name}/deployment/api` });
    const object = { apiVersion: workflowExecutionApiVersion, kind, metadata, spec };
    return outcomeOf(by.create(workflowExecutionResource, object));
  };

  const patch = (by: KubernetesClient, name: string, change: object) =>
    outcomeOf(by.patch(workflowExecutionResource, { namespace: namespace.name, name }, change));

  it('cannot be set by others', async () => {
    const forged = [await create(editor, 'forged', { 'created-by': 'root' })];
    forged.push(await create(editor, 'forged', {}, { request: 'x' }));
    for (const { message } of forged) expect(message).toContain('are set by the service only');
    expect(await create(editor, 'honest', {})).toEqual({ ok: true });
    expect(await create(service, 'noted', { 'created-by': 'alice' })).toEqual({ ok: true });
  });

  it('may name the creator truly', async () => {
    const username = `system:serviceaccount:${namespace.name}:editor`;
    expect(await create(editor, 'own-name', { 'created-by': username })).toEqual({ ok: true });
    expect((await create(editor, 'forged', { 'created-by': username, uid: 'x' })).ok).toBe(false);
  });

  it('cannot be set with all rights in one namespace', async () => {
    expect((await create(owner, 'owned', { 'created-by': 'root' })).message).toContain('are set by the service only');
    expect(await create(owner, 'plain', {})).toEqual({ ok: true });
    const forged = { metadata: { annotations: { [`${own}/created-by`]: 'root' } } };
    expect((await patch(owner, 'plain', forged)).message).toContain('are changed by the service only');
  });

  it.each([
    ['annotations', 'created-by', 'mallory'],
    ['annotations', 'created-by', null],
    ['annotations', 'cancel-requested-by', 'mallory'],
    ['annotations', 'immediate-cancel-requested-by', 'mallory'],
    ['annotations', 'request-fingerprint', 'x'],
    ['annotations', 'created-at', '2026-01-02T03:04:05Z'],
    ['annotations', 'uid', 'x'],
    ['annotations', 'traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['labels', 'request', 'x'],
  ])('cannot be changed by others: %s %s %s', async (map, key, value) => {
    await create(service, 'kept', { 'created-by': 'alice' });

    const { message } = await patch(editor, 'kept', { metadata: { [map]: { [`${own}/${key}`]: value } } });

    expect(message).toContain('are changed by the service only');
    const { metadata } = await kubernetes.get(workflowExecutionResource, { namespace: namespace.name, name: 'kept' });
    expect(metadata.annotations).toMatchObject({ [`${own}/created-by`]: 'alice' });
  });

  it('includes the finalizer, which others cannot remove', async () => {
    await create(service, 'guarded', {});
    const others = ['example.org/other'];
    expect(await patch(service, 'guarded', { metadata: { finalizers: [finalizer, ...others] } })).toEqual({ ok: true });

    const { message } = await patch(editor, 'guarded', { metadata: { finalizers: others } });

    expect(message).toContain('is removed by the service only');
    expect(await patch(editor, 'guarded', { metadata: { finalizers: [finalizer] } })).toEqual({ ok: true });
    expect(await patch(service, 'guarded', { metadata: { finalizers: null } })).toEqual({ ok: true });
  });

  it('includes the status, even with all rights in one namespace', async () => {
    await create(owner, 'running', {});
    const forged = { status: { phase: 'Pending', target: 'kube-system/deployment/coredns' } };
    const key = { namespace: namespace.name, name: 'running' };

    const patchStatus = (by: KubernetesClient, change: object) =>
      outcomeOf(by.patch(workflowExecutionResource, key, change, { subresource: 'status' }));
    await until('the policy is in force', async () => !(await patchStatus(owner, forged)).ok);

    expect((await patchStatus(owner, forged)).message).toContain('is changed by the service only');
    expect(await patchStatus(writer, { status: { phase: 'Pending' } })).toEqual({ ok: true });
  });

  it('can be changed otherwise', async () => {
    await create(service, 'other', { 'created-by': 'alice' });

    expect(await patch(editor, 'other', { metadata: { annotations: { note: 'mine' } } })).toEqual({ ok: true });
    expect(await patch(editor, 'other', { spec: { cancelRequested: true } })).toEqual({ ok: true });
  });
});

/** Labels or annotations, without the prefix of the service. */
type Names = Readonly<Record<string, string>>;

function owned(names: Names): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([key, value]) => [`${own}/${key}`, value] as const));
}

/** Whether the API server accepted a request, or its message. */
async function outcomeOf(request: Promise<unknown>): Promise<{ readonly ok: boolean; readonly message?: string }> {
  try {
    await request;
    return { ok: true };
  } catch (error) {
    return { ok: false, message: String(error) };
  }
}
