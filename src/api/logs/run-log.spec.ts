import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { sleep } from '../../kubernetes/async.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { parseTaskPod, type TaskPod } from '../../tekton/task-pod.ts';
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

function aPod(task: string, startTime: string): TaskPod {
  const terminated = { containerID: 'containerd://abc' };
  return parseTaskPod({
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

/** Tells the log of a run that has ended, of which these pods are there; `told` grows while it does. */
function tell(client: Pick<KubernetesClient, 'list' | 'log'>, pods: readonly TaskPod[], clock: FakeClock) {
  const view = { list: () => pods, isFinal: true, onChange: () => () => undefined };
  const log = new RunLog(run, view, { client, follow: false, clock, random: () => 0 });
  const told: string[] = [];
  const telling = (async () => {
    for await (const line of log.lines(new AbortController().signal)) {
      if (line !== idle) told.push(`${line.task}: ${line.text}`);
    }
  })();
  return { told, telling };
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
    const { told, telling } = tell(client, [aPod('second', '2026-01-02T03:00:20Z')], new FakeClock());
    for (let turn = 0; turn < 50; turn += 1) await settle();
    slow.resolve();
    await telling;

    expect(told).toEqual(['first: pod run-first-pod is gone, and its log with it', 'second: hello']);
  });

  it.each([
    ['lets wait for its answer', (late: Promise<void>) => late],
    ['breaks its answer off', () => Promise.reject<void>(new UnavailableError('reset'))],
  ])('is ordered by time also when the node of one of its pods %s', async (_, answer) => {
    const clock = new FakeClock(new Date('2026-01-03T00:00:00Z'));
    const written = (second: number, text: string) => `2026-01-02T03:00:${second}.000000000Z ${text}\n`;
    const bytes = new Map([
      ['run-left-pod', written(21, 'a') + written(23, 'c')],
      ['run-right-pod', written(22, 'b') + written(24, 'd')],
    ]);
    const late = sleep(clock, 5_000, new AbortController().signal);
    let asked = 0;
    const client = {
      list: () =>
        Promise.resolve({
          items: [aTaskRun('left', '2026-01-02T03:00:30Z'), aTaskRun('right', '2026-01-02T03:00:30Z')],
        }),
      log: async ({ name }: { name: string }) => {
        if (name === 'run-right-pod' && asked++ === 0) await answer(late);
        return Readable.from([Buffer.from(bytes.get(name) ?? '')]);
      },
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;

    const { told, telling } = tell(
      client,
      [aPod('left', '2026-01-02T03:00:20Z'), aPod('right', '2026-01-02T03:00:20Z')],
      clock,
    );
    let isOver = false;
    void telling.finally(() => (isOver = true));
    for (let turn = 0; !isOver && turn < 500; turn += 1) await clock.advance(100);
    await telling;

    expect(told).toEqual(['left: a', 'right: b', 'left: c', 'right: d']);
  });

  it('shows control characters and binary bytes of a container as text', async () => {
    const time = '2026-01-02T03:00:21.000000000Z';
    const bytes = Buffer.concat([Buffer.from(`${time} 1%\r2%\u001b[2K\0`), Buffer.from([0xff]), Buffer.from('\n')]);
    const client = {
      list: () => Promise.resolve({ items: [aTaskRun('odd', '2026-01-02T03:00:30Z')] }),
      log: () => Promise.resolve(Readable.from([bytes])),
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;

    const { told, telling } = tell(client, [aPod('odd', '2026-01-02T03:00:20Z')], new FakeClock());
    await telling;

    expect(told).toEqual(['odd: 1%\\r2%\\u001b[2K\\u0000\ufffd']);
  });
});

describe('the log of a run that goes on', () => {
  it('continues with the pod that replaces a deleted one under the same name', async () => {
    const [first, second] = ['uid-1', 'uid-2'].map((uid) => {
      const pod = aPod('main', '2026-01-02T03:00:20Z');
      return { ...pod, metadata: { ...pod.metadata, uid } };
    });
    const bytes = ['2026-01-02T03:00:21.000000000Z one\n', '2026-01-02T03:00:31.000000000Z two\n'];
    let [pods, log, isFinal] = [[first], bytes[0], false];
    const rings = new Set<() => void>();
    const view = {
      list: () => pods.filter((pod) => pod !== undefined),
      get isFinal() {
        return isFinal;
      },
      onChange: (ring: () => void) => {
        rings.add(ring);
        return () => rings.delete(ring);
      },
    };
    const client = {
      list: () => Promise.resolve({ items: [aTaskRun('main', '2026-01-02T03:00:40Z')] }),
      log: () => Promise.resolve(Readable.from([Buffer.from(log ?? '')])),
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;
    const clock = new FakeClock();
    const followed = new RunLog(run, view, { client, follow: true, clock, random: () => 0 });
    const told: string[] = [];
    const telling = (async () => {
      for await (const line of followed.lines(new AbortController().signal)) if (line !== idle) told.push(line.text);
    })();
    for (let turn = 0; told.length < 1 && turn < 500; turn += 1) await clock.advance(100);

    [pods, log, isFinal] = [[second], bytes[1], true];
    for (const ring of [...rings]) ring();
    let isOver = false;
    void telling.finally(() => (isOver = true));
    for (let turn = 0; !isOver && turn < 500; turn += 1) await clock.advance(100);
    await telling;

    expect(told).toEqual(['one', 'two']);
  });
});
