import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { WorkflowExecutionSpec } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { runCommand } from '../../cluster/command.ts';
import { bind } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';

const operator = 'workflow-execution-operator';
const remediate = 'workflow-execution-remediate';
const override = 'workflow-execution-override';
const overrideCooldownReason = 'agreed with the incident lead';

describe('the permission to remediate, for kubectl', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  const namespaces: TestNamespace[] = [];
  let [home, granted, foreign] = ['', '', ''];
  let directory: string;
  const unbind: (() => Promise<void>)[] = [];
  let count = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-remediation-'));
    for (const purpose of ['home', 'granted', 'foreign']) namespaces.push(await createNamespace(kubernetes, purpose));
    [home = '', granted = '', foreign = ''] = namespaces.map(({ name }) => name);
    const editor = { namespace: home, name: 'editor' };
    await bind(kubernetes, operator, editor, { namespace: home });
    await bind(kubernetes, operator, editor, { namespace: granted });
    unbind.push(await bind(kubernetes, operator, { namespace: home, name: 'admin' }, 'everywhere'));
    // All verbs in one namespace.
    await bind(kubernetes, 'cluster-admin', { namespace: home, name: 'owner' }, { namespace: home });
    await bind(kubernetes, operator, { namespace: home, name: 'remediator' }, { namespace: home });
    unbind.push(await bind(kubernetes, remediate, { namespace: home, name: 'remediator' }, 'everywhere'));
    const overrider = { namespace: home, name: 'overrider' };
    await bind(kubernetes, operator, overrider, { namespace: home });
    await bind(kubernetes, operator, overrider, { namespace: granted });
    await bind(kubernetes, override, overrider, { namespace: home });
    const service = { namespace: home, name: 'service' };
    unbind.push(await bind(kubernetes, 'workflow-execution-api', service, 'everywhere'));
    for (const [name, target] of [
      ['editor', `${home}/deployment/a`],
      ['editor', `${granted}/deployment/a`],
      ['admin', 'node/w1'],
      ['remediator', 'node/w1'],
      ['owner', `${home}/deployment/a`],
      ['service', `${foreign}/deployment/a`],
    ] as const) {
      await until(`${name} may aim at ${target}`, async () => (await create(name, target)) === '');
    }
    await until('overrider may override', async () => (await createWithOverride('overrider', home)) === '');
    await until(
      'overrider may aim elsewhere',
      async () => (await create('overrider', `${granted}/deployment/a`)) === '',
    );
    await until('the policy is in force', async () => (await create('editor', 'node/w1')) !== '');
  });

  afterAll(async () => {
    for (const remove of unbind) await remove();
    for (const namespace of namespaces) await namespace.delete();
    await rm(directory, { recursive: true });
  });

  /** The error of kubectl for an execution on this target; empty if it could be created. */
  async function create(
    by: string,
    targetResource: string,
    namespace = home,
    spec: Partial<WorkflowExecutionSpec> = {},
  ): Promise<string> {
    count += 1;
    const metadata = { name: `we-${count}`, namespace };
    const apiVersion = 'workflowexecution.kubernaut.ai/v1alpha1';
    const object = { apiVersion, kind: 'WorkflowExecution', metadata, spec: aSpec({ targetResource, ...spec }) };
    const file = join(directory, `${count}.json`);
    await writeFile(file, JSON.stringify(object));
    const { code, stderr } = await runCommand(process.env['WFE_TEST_KUBECTL'] ?? 'kubectl', [
      ...['--kubeconfig', process.env['WFE_TEST_KUBECONFIG'] ?? ''],
      ...[`--as=system:serviceaccount:${home}:${by}`, 'create', '--dry-run=server', '-f', file],
    ]);
    return code === 0 ? '' : stderr;
  }

  /** The error of kubectl for an execution in {@link home} that overrides the cooldown of a target in another namespace. */
  function createWithOverride(by: string, targetNamespace: string): Promise<string> {
    return create(by, `${targetNamespace}/deployment/a`, home, { overrideCooldownReason });
  }

  it('comes with the operator role, in each namespace where it is bound', async () => {
    expect(await create('editor', `${home}/Deploy/api`)).toBe('');
    expect(await create('editor', `${granted}/deployment/api`)).toBe('');
  });

  it.each([
    ['a target in another namespace', () => `${foreign}/deployment/api`, () => `in namespace ${foreign}`],
    ['a cluster-scoped target', () => 'node/w1', () => 'in all namespaces'],
    ['a namespaced kind without its namespace', () => 'deployment/api', () => 'in all namespaces'],
  ])('is required for %s, and named in the error', async (_, target, where) => {
    const complaint = await create('editor', target());

    expect(complaint).toContain('(Forbidden)');
    expect(complaint).toContain(`system:serviceaccount:${home}:editor may not remediate workflowexecutions ${where()}`);
  });

  it.each([
    ['in another namespace', () => `${foreign}/deployment/api`],
    ['that is cluster-scoped', () => 'node/w1'],
  ])('is not part of all rights in one namespace, for a target %s', async (_, target) => {
    expect(await create('owner', target())).toContain(':owner may not remediate workflowexecutions');
  });

  it('covers cluster-scoped targets if it is granted in all namespaces', async () => {
    expect(await create('admin', 'node/w1')).toBe('');
    expect(await create('admin', `${foreign}/deployment/api`)).toBe('');
  });

  it('can be granted in all namespaces without the permission to create executions there', async () => {
    expect(await create('remediator', `${foreign}/deployment/api`)).toBe('');
    expect(await create('remediator', 'node/w1', 'kubernaut-system')).toContain('cannot create resource');
  });

  it('is not required from the service, which checks its callers', async () => {
    expect(await create('service', `${foreign}/deployment/api`)).toBe('');
    expect(await createWithOverride('service', foreign)).toBe('');
  });

  it('does not include the permission to override the cooldown, which counts in the namespace of the target', async () => {
    const [refused, elsewhere] = [
      await createWithOverride('editor', home),
      await createWithOverride('overrider', granted),
    ];

    expect(refused).toContain('(Forbidden)');
    expect(refused).toContain(`${home}:editor may not override workflowexecutions in namespace ${home}`);
    expect(elsewhere).toContain(`${home}:overrider may not override workflowexecutions in namespace ${granted}`);
  });
});
