import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { findCache } from '../cluster/cache.ts';
import { ReconcilerFixture } from '../integration/reconciler/fixture.ts';
import { skippingWorkflow, waitingWorkflow } from '../integration/reconciler/workflows.ts';
import { answer } from '../integration/support/faults.ts';
import { kubectl } from '../support/product.ts';
import { gitopsStatuses, ensureGitopsStatus } from './gitops-status.ts';
import { cluster } from '../integration/support/cluster.ts';

/** Timeout for building the program on two busy cores, once per machine. */
const buildMs = 600_000;
let program: string;
let fixture: ReconcilerFixture;

beforeAll(async () => {
  program = await ensureGitopsStatus(findCache());
  fixture = await new ReconcilerFixture().open();
}, buildMs);

afterAll(() => fixture.close());

/** The stored execution. */
function stored(name: string): Promise<string> {
  const path = `/apis/workflowexecution.kubernaut.ai/v1alpha1/namespaces/${fixture.namespace}/workflowexecutions/${name}`;
  return fixture.client.raw(path);
}

/** An object whose new spec the controller has not observed. */
function changed(json: string): string {
  return json.replace(/"generation":\d+/, '"generation":99');
}

function summary(kstatus: string, argocd: string): object {
  const message = expect.stringMatching(/./);
  return { kstatus: { status: kstatus, message }, argocd: { status: argocd, message } };
}

it('kstatus, Argo CD and kubectl wait read the status of an execution in every phase', async () => {
  await fixture.execute('pending', waitingWorkflow);
  const created = await stored('pending');
  const refused = fixture.proxy.inject({ method: 'POST', path: '/pipelineruns' }, answer(403));
  await fixture.startReconciler();
  await fixture.until('pending', 'it says why it waits', ({ status }) => status?.phase === 'Pending');
  const pending = await stored('pending');
  refused.remove();

  await fixture.execute('completed', skippingWorkflow);
  await fixture.execute('failed', waitingWorkflow);
  await fixture.completeTask('failed', 'False');
  const { spec } = await fixture.execute('running', waitingWorkflow);
  await fixture.phase('running', 'Running');
  await fixture.execute('skipped', waitingWorkflow, { targetResource: spec.targetResource });
  const finished = ['completed', 'failed', 'skipped'];
  const wait = ['wait', '--for=condition=Finished', '--timeout=30s', '-n', fixture.namespace, 'wfe'];
  await expect(kubectl(cluster, ...wait, ...finished)).resolves.toMatch(/^(.+ condition met\s*){3}$/);
  const ends = await Promise.all(finished.map((name) => stored(name)));
  await fixture.cancel('completed');
  await fixture.until('completed', 'its change is observed', ({ status }) => status?.observedGeneration === 2);

  const running = await stored('running');
  const objects = [
    created,
    pending,
    running,
    changed(running),
    ...ends,
    await stored('completed'),
    ...ends.map(changed),
  ];
  await expect(gitopsStatuses(program, objects)).resolves.toEqual([
    summary('InProgress', 'Progressing'),
    summary('InProgress', 'Progressing'),
    summary('InProgress', 'Progressing'),
    summary('InProgress', 'Progressing'),
    summary('Current', 'Healthy'),
    summary('Failed', 'Degraded'),
    summary('Failed', 'Degraded'),
    summary('Current', 'Healthy'),
    ...ends.map(() => summary('InProgress', 'Progressing')),
  ]);
});

it('the command on the page of GitOps tools adds the script to the settings of Argo CD', async () => {
  const key = 'resource.customizations.health.workflowexecution.kubernaut.ai_WorkflowExecution';
  const file = `--from-file=${key}=deploy/argocd/health.lua`;
  const namespaced = ['-n', fixture.namespace];
  await kubectl(
    cluster,
    'create',
    'configmap',
    'argocd-cm',
    ...namespaced,
    '--from-literal=url=https://argocd.example',
  );
  const manifest = await kubectl(
    cluster,
    'create',
    'configmap',
    'argocd-cm',
    ...namespaced,
    file,
    '--dry-run=client',
    '-o',
    'json',
  );

  await kubectl(cluster, 'patch', 'configmap', 'argocd-cm', ...namespaced, '--type=merge', '-p', manifest);

  const data = await kubectl(cluster, 'get', 'configmap', 'argocd-cm', ...namespaced, '-o', 'jsonpath={.data}');
  expect(Object.keys(JSON.parse(data) as object)).toEqual([key, 'url']);
});
