import { describe, expect, it } from '@jest/globals';
import { lockLabel, targetAnnotation } from '../../../src/locking/lock-lease.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { markers } from '../history/markers.ts';
import type { InterferenceKind } from '../plan/interference.ts';
import { InterferingAdmin } from './interfering-admin.ts';

const target = 'shop/deployment/app';
const execution = (phase?: string, uid = 'e1'): JsonObject => ({
  apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
  kind: 'WorkflowExecution',
  metadata: { namespace: 'team', name: `wfe-${uid}`, uid, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    remediationRequestRef: { name: 'chaos' },
    workflowRef: { workflowId: 'restart', version: '1', containerImage: 'registry/workflow:1' },
    targetResource: 'shop/deploy/app',
  },
  ...(phase === undefined ? {} : { status: { phase, pipelineRunRef: { name: 'run', uid: 'r1' } } }),
});
const run = (change: JsonObject = {}): JsonObject => ({
  metadata: { namespace: 'team', name: 'run', uid: 'r1', ownerReferences: [{ uid: 'e1', controller: true }] },
  spec: { params: [], taskRunTemplate: { serviceAccountName: 'sa' }, pipelineRef: { resolver: 'bundles' } },
  ...change,
});
const lease = (uid = 'l1'): JsonObject => ({
  metadata: {
    namespace: 'system',
    name: 'lock',
    uid,
    labels: { [lockLabel.name]: lockLabel.value },
    annotations: { [targetAnnotation]: target },
  },
  spec: { holderIdentity: 'team/wfe-e1/e1' },
});
const succeeded = { status: { conditions: [{ type: 'Succeeded', status: 'True' }] } };
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/system/leases/lock';
const runsPath = '/apis/tekton.dev/v1/namespaces/team/pipelineruns';

/** An administrator whose calls get these statuses in turn, then 200. */
function admin(...statuses: number[]) {
  return adminWithAnswer(undefined, ...statuses);
}

/** The same, with a body in each answer. */
function adminWithAnswer(answer: object | undefined, ...statuses: number[]) {
  const calls: { method: string; path: string; body: unknown }[] = [];
  const call = (method: string, path: string, body?: object) => {
    calls.push({ method, path, body });
    return Promise.resolve({ status: statuses.shift() ?? 200, body: answer, text: 'refused', inDoubt: false });
  };
  const subject = new InterferingAdmin({ call }, ['team', 'system'], AbortSignal.timeout(5000));
  let revision = 0;
  const see = (kind: 'WorkflowExecution' | 'PipelineRun' | 'Lease', name: string, object: JsonObject) => {
    const namespace = kind === 'Lease' ? 'system' : 'team';
    revision += 1;
    subject.observe({ kind, key: `${namespace}/${name}`, namespace, name, revision, object });
  };
  const interfere = (kind: InterferenceKind, forMs = 0) => subject.interfere({ kind, choice: 0, forMs });
  return { calls, see, interfere };
}

/** One that has observed a running execution with its lock. */
function adminOfRunningExecution() {
  const one = admin();
  one.see('WorkflowExecution', 'wfe-e1', execution('Running'));
  one.see('PipelineRun', 'run', run());
  one.see('Lease', 'lock', lease());
  return one;
}

describe('the interfering administrator', () => {
  it('marks the lock of a running execution and deletes it', async () => {
    const { calls, interfere } = adminOfRunningExecution();
    await interfere('delete-lock');

    const mark = { uid: 'l1', annotations: { [markers.lock]: 'delete-1' } };
    expect(calls).toEqual([
      { method: 'PATCH', path: leasePath, body: { metadata: mark } },
      expect.objectContaining({ method: 'DELETE', path: leasePath }),
    ]);
  });

  it('takes a restored lock again', async () => {
    const { calls, see, interfere } = adminOfRunningExecution();
    const done = interfere('empty-lock', 50);
    see('Lease', 'lock', lease('l2'));
    await done;

    expect(calls.map(({ body }) => body)).toMatchObject([
      { metadata: { uid: 'l1' }, spec: { holderIdentity: null } },
      { metadata: { uid: 'l2' }, spec: { holderIdentity: null } },
    ]);
  });

  it('gives a lock to an ended execution on the target', async () => {
    const { calls, see, interfere } = adminOfRunningExecution();
    see('WorkflowExecution', 'wfe-e0', execution('Failed', 'e0'));
    await interfere('reassign-lock');

    expect(calls.map(({ body }) => body)).toMatchObject([{ spec: { holderIdentity: 'team/wfe-e0/e0' } }]);
  });

  it('replaces a running PipelineRun by one with the same owner and another pipeline', async () => {
    const { calls, interfere } = adminOfRunningExecution();
    await interfere('replace-run');

    expect(calls.map(({ method, path }) => [method, path])).toEqual([
      ['PATCH', `${runsPath}/run`],
      ['DELETE', `${runsPath}/run`],
      ['POST', runsPath],
    ]);
    expect(calls[0]?.body).toMatchObject({ metadata: { uid: 'r1', finalizers: null } });
    expect(calls[2]?.body).toMatchObject({
      metadata: { name: 'run', ownerReferences: [{ uid: 'e1' }], annotations: { [markers.foreignRun]: 'true' } },
      spec: { pipelineSpec: { tasks: [{ name: 'never' }] } },
    });
  });

  it.each([
    ['ignores a re-created object', 'metadata.uid', true],
    ['fails on any other refusal', 'spec', false],
  ])('%s', async (_, field, isLeft) => {
    const { see, interfere } = adminWithAnswer({ details: { causes: [{ field }] } }, 422);
    see('WorkflowExecution', 'wfe-e1', execution('Running'));
    see('PipelineRun', 'run', run());
    const done = interfere('strip-labels').then(
      () => true,
      () => false,
    );
    await expect(done).resolves.toBe(isLeft);
  });

  it('forges the PipelineRun of the next execution when the service was faster', async () => {
    const { calls, see, interfere } = admin(409, 201);
    see('WorkflowExecution', 'wfe-e1', execution());
    const done = interfere('forge-run');
    see('WorkflowExecution', 'wfe-e2', execution(undefined, 'e2'));
    await done;

    const owners = calls.map(({ body }) => body);
    expect(owners).toMatchObject([
      { metadata: { ownerReferences: [{ uid: 'e1' }] } },
      { metadata: { ownerReferences: [{ uid: 'e2' }] } },
    ]);
  });

  it('prunes an ended PipelineRun unless its outcome is recorded', async () => {
    const { calls, see, interfere } = adminOfRunningExecution();
    see('WorkflowExecution', 'wfe-e1', execution('Completed'));
    see('PipelineRun', 'run', run(succeeded));
    const done = interfere('prune-runs');
    expect(calls).toEqual([]);

    see('WorkflowExecution', 'wfe-e1', execution('Running'));
    await done;
    expect(calls).toEqual([expect.objectContaining({ method: 'DELETE', path: `${runsPath}/run` })]);
  });

  it('ignores PipelineRuns that it has created', async () => {
    const { calls, see, interfere } = adminOfRunningExecution();
    see('PipelineRun', 'run', run({ metadata: { uid: 'r1', annotations: { [markers.foreignRun]: 'true' } } }));
    const done = interfere('delete-run');
    expect(calls).toEqual([]);

    see('PipelineRun', 'run', run());
    await done;
    expect(calls).toHaveLength(1);
  });

  it('fails when a call is refused', async () => {
    const { see, interfere } = admin(422);
    see('WorkflowExecution', 'wfe-e1', execution('Running'));
    see('PipelineRun', 'run', run());
    await expect(interfere('strip-labels')).rejects.toThrow('refused');
  });
});
