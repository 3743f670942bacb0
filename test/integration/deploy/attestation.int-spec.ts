import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { runCommand } from '../../cluster/command.ts';
import { bind } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const own = 'workflowexecution.kubernaut.ai';

describe('what the service notes on executions', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-attestation-'));
    namespace = await createNamespace(kubernetes, 'attestation');
    const editor = { namespace: namespace.name, name: 'editor' };
    await bind(kubernetes, 'workflow-execution-operator', editor, { namespace: namespace.name });
    await bind(
      kubernetes,
      'workflow-execution',
      { namespace: namespace.name, name: 'service' },
      { namespace: namespace.name },
    );
    for (const name of ['editor', 'service']) {
      await until(`${name} has rights`, async () => (await as(name, 'get', 'workflowexecutions')) === '');
    }
    await until('the policy is in force', async () => (await create('editor', 'probe', { 'created-by': 'x' })) !== '');
  });

  afterAll(async () => {
    await namespace.delete();
    await rm(directory, { recursive: true });
  });

  /** What kubectl complains of when somebody of the namespace does this; nothing when it is done. */
  const as = async (name: string, ...args: string[]): Promise<string> => {
    const { code, stderr } = await runCommand(process.env['WFE_TEST_KUBECTL'] ?? 'kubectl', [
      '--kubeconfig',
      process.env['WFE_TEST_KUBECONFIG'] ?? '',
      `--as=system:serviceaccount:${namespace.name}:${name}`,
      '-n',
      namespace.name,
      ...args,
    ]);
    return code === 0 ? '' : stderr;
  };

  /** Creates an execution with annotations of the service's own. */
  const create = async (by: string, name: string, annotations: Record<string, string>) =>
    as(by, 'create', '-f', await manifest(name, annotations));

  const manifest = async (name: string, annotations: Record<string, string>) => {
    const named = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${own}/${key}`, value]));
    const metadata = { name, namespace: namespace.name, annotations: named };
    const spec = aSpec({ targetResource: `${namespace.name}/deployment/api` });
    const object = { apiVersion: `${own}/v1alpha1`, kind: 'WorkflowExecution', metadata, spec };
    const file = join(directory, `${name}.json`);
    await writeFile(file, JSON.stringify(object));
    return file;
  };

  it('is set by nobody else', async () => {
    expect(await create('editor', 'forged', { 'created-by': 'root' })).toContain('are set by the service only');
    expect(await create('editor', 'honest', {})).toBe('');
    expect(await create('service', 'noted', { 'created-by': 'alice' })).toBe('');
  });

  it.each([
    ['annotate', 'created-by=mallory'],
    ['annotate', 'created-by-'],
    ['annotate', 'cancel-requested-by=mallory'],
    ['annotate', 'traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['label', 'request=x'],
  ])('is changed by nobody else: kubectl %s %s', async (command, change) => {
    await create('service', 'kept', { 'created-by': 'alice' });

    const complaint = await as('editor', command, '--overwrite', 'wfe/kept', `${own}/${change}`);

    expect(complaint).toContain('are changed by the service only');
    const { metadata } = await kubernetes.get(workflowExecutionResource, { namespace: namespace.name, name: 'kept' });
    expect(metadata.annotations).toMatchObject({ [`${own}/created-by`]: 'alice' });
  });

  it('is in nobody’s way who changes something else', async () => {
    await create('service', 'other', { 'created-by': 'alice' });

    expect(await as('editor', 'annotate', 'wfe/other', 'note=mine')).toBe('');
    expect(await as('editor', 'patch', 'wfe/other', '--type=merge', '-p', '{"spec":{"cancelRequested":true}}')).toBe(
      '',
    );
  });
});
