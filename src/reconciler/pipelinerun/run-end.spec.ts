import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { aPipelineRun, succeeded } from '../../tekton/pipeline-run.builders.ts';
import { customRunResource } from '../../tekton/custom-run.ts';
import { taskRunResource } from '../../tekton/task-run.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { childrenOf, runOf } from './run-end.ts';

const { signal } = new AbortController();
const running = { running: {} };
const ended = { terminated: { containerID: 'c', finishedAt: '2026-01-02T03:05:00Z' } };
const failed = { status: succeeded('False', 'Failed') };
const custom = { kind: 'CustomRun', name: 'approval' };
const finished = succeeded('False', 'TaskRunCancelled');

/** An execution with a PipelineRun, which may be gone. */
function aRun(over: object = failed) {
  const clock = new FakeClock();
  const cluster = aFakeCluster({}, clock);
  const execution = cluster.execution();
  const pipelineRun = cluster.pipelineRun(execution, over);
  const run = runOf(execution, pipelineRun);
  return {
    ...cluster,
    clock,
    own: execution,
    look: () => cluster.runEnds.ensureEnded(run, pipelineRun, signal),
    lookWithout: () => cluster.runEnds.ensureEnded(run, undefined, signal),
  };
}

describe('a run whose PipelineRun has failed', () => {
  it('has ended when its TaskRuns and the steps in their pods have', async () => {
    const { look, taskRun, pod, own, server } = aRun();
    const main = taskRun(own, 'main', finished);
    pod(own, 'main', ended);
    await expect(look()).resolves.toEqual({ kind: 'ended', taskRuns: [main] });
    expect(server.verbs).toEqual(['list', 'list']);
  });

  it('waits for a TaskRun that Tekton left running, and cancels it once', async () => {
    const { look, taskRun, own, server } = aRun();
    taskRun(own, 'left', {});
    taskRun(own, 'done', finished);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'TaskRun left', isCancelled: false });
    await expect(look()).resolves.toMatchObject({ waitsFor: 'TaskRun left', isCancelled: true });
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }, { spec: {} }]);
    expect(server.verbs).toEqual(['list', 'patch', 'list', 'list', 'list']);
  });

  it('cancels a new TaskRun when its pod is recorded, which Tekton would leave behind before', async () => {
    const { look, taskRun, own, server, clock } = aRun();
    const creationTimestamp = clock.now().toISOString();
    taskRun(own, 'new', {}, { metadata: { creationTimestamp } });
    await expect(look()).resolves.toMatchObject({ waitsFor: 'TaskRun new', isCancelled: false });
    expect(server.list(taskRunResource).map(({ spec }) => spec.status)).toEqual([undefined]);
    taskRun(own, 'new', { podName: 'new-pod' }, { metadata: { creationTimestamp } });
    await look();
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }]);
  });

  it('cancels a TaskRun that has been without a pod for 5 s', async () => {
    const { look, taskRun, own, server, clock } = aRun();
    taskRun(own, 'stuck', {}, { metadata: { creationTimestamp: clock.now().toISOString() } });
    await clock.advance(5_000);
    await look();
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }]);
  });

  it('cancels a paused TaskRun', async () => {
    const { look, taskRun, own, server } = aRun();
    taskRun(own, 'paused', {}, { spec: { status: 'TaskRunPending' } });
    await look();
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }]);
  });

  it('waits for a CustomRun and cancels it once', async () => {
    const { look, customRun, own, server } = aRun({ status: { ...failed.status, childReferences: [custom] } });
    customRun(own, 'approval', {});
    await expect(look()).resolves.toMatchObject({ waitsFor: 'CustomRun approval', isCancelled: false });
    await expect(look()).resolves.toMatchObject({ waitsFor: 'CustomRun approval', isCancelled: true });
    expect(server.list(customRunResource)).toMatchObject([{ spec: { status: 'RunCancelled' } }]);
    customRun(own, 'approval', succeeded('False', 'Cancelled'));
    await expect(look()).resolves.toEqual({ kind: 'ended', taskRuns: [] });
  });

  it('does not wait for a CustomRun of another run', async () => {
    const { look, customRun, execution } = aRun({ status: { ...failed.status, childReferences: [custom] } });
    customRun(execution({ metadata: { name: 'b', uid: 'uid-b' } }), 'approval', {});
    await expect(look()).resolves.toMatchObject({ kind: 'ended' });
  });

  it('waits for a CustomRun when the PipelineRun is gone', async () => {
    const { lookWithout, customRun, own } = aRun();
    customRun(own, 'approval', {});
    await expect(lookWithout()).resolves.toMatchObject({ waitsFor: 'CustomRun approval' });
  });

  it('does not wait for a retained pod of which no step has started', async () => {
    const { look, taskRun, pod, own } = aRun();
    taskRun(own, 'main', finished);
    pod(own, 'main', running, { metadata: { annotations: {} } });
    await expect(look()).resolves.toMatchObject({ kind: 'ended' });
  });

  it('waits for a pod of which no step has started while it is being deleted', async () => {
    const { look, taskRun, pod, own, clock } = aRun();
    taskRun(own, 'main', finished);
    const deleting = { deletionTimestamp: clock.now().toISOString(), finalizers: ['example.org/hold'] };
    pod(own, 'main', running, { metadata: { annotations: {}, ...deleting } });
    await expect(look()).resolves.toMatchObject({ waitsFor: 'pod main-pod (step s)' });
  });

  it('waits for a step that still runs after its TaskRun has ended', async () => {
    const { look, taskRun, pod, own } = aRun();
    taskRun(own, 'main', finished);
    pod(own, 'main', running);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'pod main-pod (step s)', isCancelled: false });
  });

  it('waits for a pod that has lost its owner, also after a success', async () => {
    const orphan = { metadata: { ownerReferences: [] } };
    for (const { look, pod, own } of [aRun(), aRun({ status: succeeded('True', 'Succeeded') })]) {
      pod(own, 'main', running, orphan);
      await expect(look()).resolves.toMatchObject({ waitsFor: 'pod main-pod (step s)' });
    }
  });

  it('does not wait for a bare pod with its labels, nor for one of another run', async () => {
    const { look, pod, own, execution } = aRun();
    pod(own, 'main', running, { metadata: { name: 'bare', ownerReferences: [] } });
    pod(execution({ metadata: { name: 'b', uid: 'uid-b' } }), 'other', running);
    await expect(look()).resolves.toMatchObject({ kind: 'ended' });
  });

  it('waits for it even if the PipelineRun and the TaskRun are gone', async () => {
    const { lookWithout, pod, own } = aRun();
    pod(own, 'main', running);
    await expect(lookWithout()).resolves.toMatchObject({ kind: 'waiting', waitsFor: 'pod main-pod (step s)' });
  });
});

describe('a run that waits for TaskRuns whose end is never recorded', () => {
  const deadlineMs = 600_000;

  it('ends after the status deadline when only TaskRuns are left, even if more are added', async () => {
    const { lookWithout, taskRun, own, clock } = aRun();
    taskRun(own, 'first', {}, { metadata: { ownerReferences: [] } });
    await lookWithout();
    await clock.advance(deadlineMs);
    taskRun(own, 'second', {}, { metadata: { ownerReferences: [] } });
    await expect(lookWithout()).resolves.toMatchObject({ waitsFor: 'TaskRun first, TaskRun second' });
    await clock.advance(1);
    await expect(lookWithout()).resolves.toMatchObject({ kind: 'ended' });
    await expect(lookWithout()).resolves.toMatchObject({ kind: 'ended' });
  });

  it('does not end while a step is alive, and then starts the deadline again', async () => {
    const { look, taskRun, pod, own, clock } = aRun();
    taskRun(own, 'main', {});
    await look();
    await clock.advance(deadlineMs + 1);
    pod(own, 'main', running);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'pod main-pod (step s)' });
    pod(own, 'main', ended);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'TaskRun main' });
  });
});

describe('a run that failed because a task lost its pod', () => {
  const lost = {
    ...{ ...succeeded('False', 'StepFailed'), podName: 'main-pod' },
    steps: [{ name: 's', terminated: { containerID: 'c', exitCode: 255 } }],
  };

  /** The run, which has just failed. */
  function justFailed() {
    const completionTime = new FakeClock().now().toISOString();
    const run = aRun({ status: { ...failed.status, completionTime } });
    run.taskRun(run.own, 'main', lost);
    return run;
  }

  it('waits 5 s, since Tekton may start the task again', async () => {
    const { look, clock } = justFailed();
    await clock.advance(4_999);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'TaskRun main, which Tekton may start again,' });
    await clock.advance(1);
    await expect(look()).resolves.toMatchObject({ kind: 'ended', pods: [] });
  });

  it('has ended if the pod still exists', async () => {
    const { look, pod, own } = justFailed();
    pod(own, 'main', ended);
    await expect(look()).resolves.toMatchObject({ kind: 'ended', pods: [{ metadata: { name: 'main-pod' } }] });
  });
});

describe('a run whose PipelineRun has succeeded', () => {
  const success = { status: succeeded('True', 'Succeeded') };

  it('has ended after one list of the pods of the namespace', async () => {
    const { look, taskRun, pod, own, server } = aRun(success);
    taskRun(own, 'main', succeeded('True', ''));
    pod(own, 'main', ended);
    await expect(look()).resolves.toEqual({ kind: 'ended', taskRuns: [] });
    expect(server.verbs).toEqual(['list']);
  });

  it('waits for the pod of an earlier attempt', async () => {
    const { look, pod, own, server } = aRun(success);
    pod(own, 'earlier', running);
    await expect(look()).resolves.toMatchObject({ kind: 'waiting', waitsFor: 'pod earlier-pod (step s)' });
    expect(server.verbs).toEqual(['list', 'list']);
  });

  it('cancels a TaskRun of which a pod runs, and waits for the pod only', async () => {
    const { look, taskRun, pod, own, server } = aRun(success);
    taskRun(own, 'left', {}, { metadata: { ownerReferences: [] } });
    pod(own, 'left', running);
    await expect(look()).resolves.toMatchObject({ waitsFor: 'pod left-pod (step s)' });
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }]);
    pod(own, 'left', ended);
    await expect(look()).resolves.toMatchObject({ kind: 'ended' });
  });

  it('does not wait for a pod of another run', async () => {
    const { look, pod, execution } = aRun(success);
    pod(execution({ metadata: { name: 'b', uid: 'uid-b' } }), 'other', running);
    await expect(look()).resolves.toMatchObject({ kind: 'ended' });
  });
});

describe('the run of an execution', () => {
  const pipelineRunRef = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'run-0',
    namespace: 'payment',
    uid: 'u',
  };
  const recorded = aWorkflowExecution({ status: { phase: 'Running', pipelineRunRef } });

  it.each([
    ['the PipelineRun that is there', recorded, aPipelineRun(), { name: 'run-1', uid: 'uid-run-1' }],
    ['the one that the status names', recorded, undefined, { name: 'run-0', uid: 'u' }],
    ['what it would be named', aWorkflowExecution(), undefined, { name: expect.stringMatching(/^we-pod-crash-/) }],
  ])('is %s', (_, execution, pipelineRun, expected) => {
    expect(runOf(execution, pipelineRun)).toEqual({ namespace: 'payment', ...expected });
  });
});

describe('the time that the tasks of a run have', () => {
  const deadlineMs = 600_000;

  it('starts the deadline again if the run had ended before', async () => {
    const { lookWithout, taskRun, own, clock } = aRun();
    await expect(lookWithout()).resolves.toMatchObject({ kind: 'ended' });
    await clock.advance(deadlineMs + 1);
    taskRun(own, 'late', {}, { metadata: { ownerReferences: [] } });
    await lookWithout();
    await expect(lookWithout()).resolves.toMatchObject({ waitsFor: 'TaskRun late', isCancelled: true });
  });

  it('does not include those of another run', async () => {
    const { lookWithout, taskRun, own, execution, runEnds, clock } = aRun();
    const other = execution({ metadata: { name: 'b', uid: 'uid-b' } });
    taskRun(other, 'of-another', {}, { metadata: { ownerReferences: [] } });
    await runEnds.ensureEnded({ ...runOf(other), uid: 'run-of-uid-b' }, undefined, signal);
    await clock.advance(deadlineMs + 1);
    taskRun(own, 'own', {}, { metadata: { ownerReferences: [] } });
    await lookWithout();
    await expect(lookWithout()).resolves.toMatchObject({ waitsFor: 'TaskRun own', isCancelled: true });
  });
});

it('a CustomRun, which has no pod, is cancelled immediately', async () => {
  const { look, customRun, own, server, clock } = aRun({ status: { ...failed.status, childReferences: [custom] } });
  customRun(own, 'approval', {}, { metadata: { creationTimestamp: clock.now().toISOString() } });
  await look();
  expect(server.list(customRunResource)).toMatchObject([{ spec: { status: 'RunCancelled' } }]);
});

it('the children of a run are selected by their kind', () => {
  const pipelineRun = aPipelineRun({ status: { childReferences: [{ kind: 'TaskRun', name: 'main' }, custom] } });
  expect(childrenOf(pipelineRun)).toEqual(['main']);
  expect(childrenOf(pipelineRun, 'CustomRun')).toEqual(['approval']);
  expect(childrenOf(undefined)).toEqual([]);
});
