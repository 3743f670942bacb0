import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { parseStepPod, type StepPod } from '../../tekton/step-pod.ts';
import { parseTaskRun, type TaskRun } from '../../tekton/task-run.ts';
import { RunLog } from './run-log.ts';
import { idle } from './step-log.ts';

const run = { namespace: 'payment', name: 'run' };

function aTaskRun(task: string, completionTime: string): TaskRun {
  return parseTaskRun({
    metadata: {
      ...{ name: `run-${task}`, namespace: run.namespace, uid: `uid-of-${task}`, resourceVersion: '1' },
      labels: { 'tekton.dev/pipelineTask': task },
      ownerReferences: [
        { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: run.name, uid: 'uid-of-run', controller: true },
      ],
    },
    status: { podName: `run-${task}-pod`, completionTime },
  });
}

function aPod(task: string, startTime: string): StepPod {
  const terminated = { containerID: 'containerd://abc' };
  return parseStepPod({
    metadata: {
      ...{ name: `run-${task}-pod`, namespace: run.namespace, uid: `uid-of-${task}-pod`, resourceVersion: '1' },
      labels: { 'tekton.dev/pipelineTask': task },
      ownerReferences: [
        { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: `run-${task}`, uid: `uid-of-${task}`, controller: true },
      ],
    },
    spec: { containers: [{ name: 'step-main' }] },
    status: { phase: 'Succeeded', startTime, containerStatuses: [{ name: 'step-main', state: { terminated } }] },
  });
}

describe('the log of a run that has ended', () => {
  it('tells of a pod that is gone in its place, however long the TaskRuns take to be listed again', async () => {
    const taskRuns = [aTaskRun('first', '2026-01-02T03:00:10Z'), aTaskRun('second', '2026-01-02T03:00:30Z')];
    const slow = Promise.withResolvers<void>();
    let lists = 0;
    const client = {
      list: async () => {
        lists += 1;
        if (lists > 1) await slow.promise;
        return { items: taskRuns, resourceVersion: '2' };
      },
      log: () => Promise.resolve(Readable.from([Buffer.from('2026-01-02T03:00:21.000000000Z hello\n')])),
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;
    const view = {
      list: () => [aPod('second', '2026-01-02T03:00:20Z')],
      isFinal: true,
      onChange: () => () => undefined,
    };
    const log = new RunLog(run, view, { client, follow: false, clock: new FakeClock(), random: () => 0 });

    const told: string[] = [];
    const telling = (async () => {
      for await (const line of log.lines(new AbortController().signal)) {
        if (line !== idle) told.push(`${line.task}: ${line.text}`);
      }
    })();
    for (let turn = 0; turn < 50; turn += 1) await settle();
    slow.resolve();
    await telling;

    expect(told).toEqual(['first: pod run-first-pod is gone, and its log with it', 'second: hello']);
  });
});
