import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { aborted, sleep } from '../../kubernetes/async.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import { parseTaskPod, type TaskPod } from '../../tekton/task-pod.ts';
import { parseTaskRun, type TaskRun } from '../../tekton/task-run.ts';
import { PipelineRunLog } from './pipeline-run-log.ts';

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

/** Reads the log of a finished run with these pods into `lines`. */
function readLog(client: Pick<KubernetesClient, 'list' | 'log'>, pods: readonly TaskPod[], clock: FakeClock) {
  const podList = { list: () => pods, isFinal: true, changed: aborted };
  const log = new PipelineRunLog(run, podList, { client, follow: false, clock, random: () => 0 });
  const lines: string[] = [];
  const done = (async () => {
    for await (const item of log.lines(new AbortController().signal)) {
      if (item !== 'keepAlive') lines.push(`${item.task}: ${item.text}`);
    }
  })();
  return { lines, done };
}

describe('the log of a PipelineRun that is done', () => {
  it('notes a missing pod in its place, however long a second list of TaskRuns takes', async () => {
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
    const { lines, done } = readLog(client, [aPod('second', '2026-01-02T03:00:20Z')], new FakeClock());
    for (let turn = 0; turn < 50; turn += 1) await settle();
    slow.resolve();
    await done;

    expect(lines).toEqual(['first: pod run-first-pod is gone, and its log with it', 'second: hello']);
  });

  it.each([
    ['answers late', (late: Promise<void>) => late],
    ['breaks its response off', () => Promise.reject<void>(new UnavailableError('reset'))],
  ])('is ordered by time when the node of one of its pods %s', async (_, answer) => {
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

    const { lines, done } = readLog(
      client,
      [aPod('left', '2026-01-02T03:00:20Z'), aPod('right', '2026-01-02T03:00:20Z')],
      clock,
    );
    let isOver = false;
    void done.finally(() => (isOver = true));
    for (let turn = 0; !isOver && turn < 500; turn += 1) await clock.advance(100);
    await done;

    expect(lines).toEqual(['left: a', 'right: b', 'left: c', 'right: d']);
  });

  it('escapes control characters and shows binary bytes of a container', async () => {
    const time = '2026-01-02T03:00:21.000000000Z';
    const bytes = Buffer.concat([Buffer.from(`${time} 1%\r2%\u001b[2K\0`), Buffer.from([0xff]), Buffer.from('\n')]);
    const client = {
      list: () => Promise.resolve({ items: [aTaskRun('odd', '2026-01-02T03:00:30Z')] }),
      log: () => Promise.resolve(Readable.from([bytes])),
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;

    const { lines, done } = readLog(client, [aPod('odd', '2026-01-02T03:00:20Z')], new FakeClock());
    await done;

    expect(lines).toEqual(['odd: 1%\\r2%\\u001b[2K\\u0000\ufffd']);
  });
});

describe('the log of a running PipelineRun', () => {
  it('continues with the replacement of a deleted pod, which has the same name', async () => {
    const [first, second] = ['uid-1', 'uid-2'].map((uid) => {
      const pod = aPod('main', '2026-01-02T03:00:20Z');
      return { ...pod, metadata: { ...pod.metadata, uid } };
    });
    const bytes = ['2026-01-02T03:00:21.000000000Z one\n', '2026-01-02T03:00:31.000000000Z two\n'];
    let [pods, log, isFinal] = [[first], bytes[0], false];
    let next = Promise.withResolvers<void>();
    const podList = {
      list: () => pods.filter((pod) => pod !== undefined),
      get isFinal() {
        return isFinal;
      },
      changed: () => next.promise,
    };
    const client = {
      list: () => Promise.resolve({ items: [aTaskRun('main', '2026-01-02T03:00:40Z')] }),
      log: () => Promise.resolve(Readable.from([Buffer.from(log ?? '')])),
    } as unknown as Pick<KubernetesClient, 'list' | 'log'>;
    const clock = new FakeClock();
    const followed = new PipelineRunLog(run, podList, { client, follow: true, clock, random: () => 0 });
    const lines: string[] = [];
    const done = (async () => {
      for await (const item of followed.lines(new AbortController().signal)) {
        if (item !== 'keepAlive') lines.push(item.text);
      }
    })();
    for (let turn = 0; lines.length < 1 && turn < 500; turn += 1) await clock.advance(100);

    [pods, log, isFinal] = [[second], bytes[1], true];
    next.resolve();
    next = Promise.withResolvers();
    let isOver = false;
    void done.finally(() => (isOver = true));
    for (let turn = 0; !isOver && turn < 500; turn += 1) await clock.advance(100);
    await done;

    expect(lines).toEqual(['one', 'two']);
  });
});
